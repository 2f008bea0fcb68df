use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest, ResponseError as _, Route};
use lianfang_flow::{Actor, ActorKind};
use lianfang_wire::ProblemType;
use zeroize::Zeroizing;

use crate::auth::{Scope, Scopes, TokenError, Verifier};
use crate::config::Limits;
use crate::idempotency::{Ledger, once};
use crate::limits::RateLimit;
use crate::problem::Failure;
use crate::traces;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Whoever has this scope.
    Scope(Scope),
    /// Whoever reaches the door: what is public anyway.
    Anyone,
}

/// How callers of a door are recognised.
pub enum Login {
    /// By the token in `Authorization: Bearer …`.
    Token(Box<TokenLogin>),
    /// By having been able to open the operator's socket: every scope.
    Socket,
}

/// Tokens and the rates of those who show them.
pub struct TokenLogin {
    verifier: Arc<Verifier>,
    callers: RateLimit,
    refusals: RateLimit,
    /// Of addresses, for what is shown to anyone.
    public: RateLimit,
    /// Whether the work is part of the caller's trace, if it names one.
    followed: bool,
}

impl Login {
    /// Recognises callers by tokens. Their traces may be `followed`.
    pub fn by_token(verifier: Arc<Verifier>, limits: &Limits, followed: bool) -> Self {
        Self::Token(Box::new(TokenLogin {
            verifier,
            callers: RateLimit::per_minute(limits.platform_per_minute),
            refusals: RateLimit::per_minute(limits.refusals_per_minute),
            public: RateLimit::per_minute(limits.public_per_minute),
            followed,
        }))
    }

    /// What tokens are checked with, if there are tokens.
    pub fn verifier(&self) -> Option<&Verifier> {
        match self {
            Self::Token(login) => Some(&login.verifier),
            Self::Socket => None,
        }
    }
}

/// The caller, recognised before the handler runs.
#[derive(Debug, Clone)]
pub struct By(pub Actor);

impl FromRequest for By {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let by = request.extensions().get::<Self>().cloned();
        ready(by.ok_or(Failure::new(ProblemType::Unauthenticated)))
    }
}

/// What the caller was recognised by, for answers that take long: it may stop counting in their midst.
#[derive(Clone)]
pub struct Standing(Option<Shown>);

#[derive(Clone)]
struct Shown {
    verifier: Arc<Verifier>,
    token: Arc<Zeroizing<String>>,
}

impl Standing {
    /// Whether it still counts.
    ///
    /// # Errors
    /// Why it doesn't any more.
    pub fn check(&self) -> Result<(), Failure> {
        match &self.0 {
            Some(shown) => shown.verifier.verify(&shown.token).map(drop).map_err(refused),
            None => Ok(()),
        }
    }
}

impl FromRequest for Standing {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let standing = request.extensions().get::<Self>().cloned();
        ready(standing.ok_or(Failure::new(ProblemType::Unauthenticated)))
    }
}

/// Puts a route behind its access. Whatever changes something honours `Idempotency-Key`.
pub fn guard(route: Route, method: &Method, access: Access) -> Route {
    let Access::Scope(scope) = access else {
        return route.wrap(from_fn(at_a_rate));
    };
    let route = if *method == Method::POST {
        route.wrap(from_fn(done_once))
    } else {
        route
    };
    route.wrap(from_fn(
        move |login: Data<Login>, request: ServiceRequest, next: Next<BoxBody>| {
            authorised(scope, login, request, next)
        },
    ))
}

async fn at_a_rate(
    login: Data<Login>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if let Login::Token(login) = login.as_ref() {
        login.public.check(&address(&request)).map_err(Failure::from)?;
    }
    next.call(request).await
}

async fn done_once(
    ledger: Data<Ledger>,
    by: By,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let actor = match by.0.kind {
        ActorKind::Operator => "operator".to_owned(),
        ActorKind::Jwt => format!("jwt:{}", by.0.name),
    };
    once(ledger, actor, request, next).await
}

async fn authorised<B: MessageBody + 'static>(
    scope: Scope,
    login: Data<Login>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let recognised = match login.as_ref() {
        Login::Socket => Ok((Actor::operator(), Standing(None))),
        Login::Token(login) => login.recognise(&request, scope),
    };
    match recognised {
        Ok((actor, standing)) => {
            request.extensions_mut().insert(By(actor));
            request.extensions_mut().insert(standing);
            next.call(request).await.map(ServiceResponse::map_into_boxed_body)
        }
        Err(failure) => Ok(request.into_response(failure.error_response())),
    }
}

impl TokenLogin {
    fn recognise(&self, request: &ServiceRequest, scope: Scope) -> Result<(Actor, Standing), Failure> {
        let claims = match bearer(request).and_then(|token| self.verifier.verify(token).map_err(refused)) {
            Ok(claims) => claims,
            Err(failure) => {
                self.refusals.check(&address(request))?;
                return Err(failure);
            }
        };
        self.callers.check(&claims.sub)?;
        if Scopes::of_claim(&claims.scope).contains(scope) {
            if self.followed {
                traces::follow(request.headers());
            }
            Ok((Actor::subject(claims.sub), self.standing(request)?))
        } else {
            let detail = format!("The token lacks the scope {scope}.");
            Err(Failure::detail(ProblemType::Forbidden, &detail))
        }
    }

    fn standing(&self, request: &ServiceRequest) -> Result<Standing, Failure> {
        Ok(Standing(Some(Shown {
            verifier: Arc::clone(&self.verifier),
            token: Arc::new(Zeroizing::new(bearer(request)?.to_owned())),
        })))
    }
}

fn address(request: &ServiceRequest) -> String {
    let address = request.peer_addr();
    address.map_or_else(String::new, |address| address.ip().to_string())
}

fn bearer(request: &ServiceRequest) -> Result<&str, Failure> {
    let missing = || {
        let detail = "Send Authorization: Bearer with a token of `lianfang token issue`.";
        Failure::detail(ProblemType::Unauthenticated, detail)
    };
    let value = request.headers().get(header::AUTHORIZATION).ok_or_else(missing)?;
    let (scheme, token) = value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .ok_or_else(missing)?;
    if scheme.eq_ignore_ascii_case("bearer") {
        Ok(token.trim())
    } else {
        Err(missing())
    }
}

fn refused(error: TokenError) -> Failure {
    Failure::detail(ProblemType::Unauthenticated, &format!("Refused: {error}."))
}
