use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use lianfang_flow::RequestName;

/// What a request under a key is known by; none without a key.
#[derive(Debug, Clone, Copy, Default)]
pub struct Named(pub Option<RequestName>);

impl FromRequest for Named {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let named = request.extensions().get::<Self>().copied();
        ready(Ok(named.unwrap_or_default()))
    }
}
