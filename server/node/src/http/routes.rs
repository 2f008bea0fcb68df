use std::collections::BTreeMap;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, ServiceConfig};
use actix_web::{Error, FromRequest, Handler, HttpResponse, Responder, Route, guard};
use lianfang_wire::{Problem, ProblemType};

use crate::problem;

/// A table of routes in which every route says who may use it; `A` is how a door puts that.
pub struct Routes<A> {
    by_path: BTreeMap<&'static str, Vec<Entry<A>>>,
}

struct Entry<A> {
    method: Method,
    access: A,
    /// The condition that the handler looks at.
    condition: Option<HeaderName>,
    route: Route,
}

/// What a change may be made to depend on (RFC 9110 §13.1): a false one forbids it, so that none may go unseen. No resource
/// says when it was modified, and then `If-Unmodified-Since` has to be ignored (§13.1.4).
const CONDITIONS: [HeaderName; 2] = [header::IF_MATCH, header::IF_NONE_MATCH];

impl<A: Copy> Routes<A> {
    /// No routes yet.
    pub fn new() -> Self {
        Self {
            by_path: BTreeMap::new(),
        }
    }

    /// Adds a route; one for GET answers HEAD too. There is no way to add one without saying who may use it.
    #[must_use]
    pub fn on<F, Args>(self, method: Method, path: &'static str, access: A, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.on_condition(None, method, path, access, handler)
    }

    /// The same for a change that may be made to depend on the condition in this header. Where no route looks at a
    /// condition, a change that depends on it is refused.
    #[must_use]
    pub fn on_condition<F, Args>(
        mut self,
        condition: impl Into<Option<HeaderName>>,
        method: Method,
        path: &'static str,
        access: A,
        handler: F,
    ) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let route = match method {
            Method::GET => web::route().guard(guard::Any(guard::Get()).or(guard::Head())),
            _ => web::method(method.clone()),
        };
        let route = route.to(handler);
        self.by_path.entry(path).or_default().push(Entry {
            method,
            access,
            condition: condition.into(),
            route,
        });
        self
    }

    /// What was added: method, path and access.
    pub fn list(&self) -> impl Iterator<Item = (&Method, &'static str, A)> {
        self.by_path
            .iter()
            .flat_map(|(path, entries)| entries.iter().map(|entry| (&entry.method, *path, entry.access)))
    }

    /// Registers the routes, each behind `guard` with its access.
    pub fn register(self, config: &mut ServiceConfig, guard: fn(Route, &Method, A) -> Route) {
        let is_plain = |path: &str| !path.contains('{');
        let (plain, patterns): (Vec<_>, Vec<_>) =
            self.by_path.into_iter().partition(|(path, _)| is_plain(path));
        // A pattern is a regular expression, which every request that comes by it has to be matched with.
        for (path, entries) in plain.into_iter().chain(patterns) {
            let allowed: Vec<_> = entries.iter().map(|entry| allowed(&entry.method)).collect();
            let allowed = HeaderValue::from_str(&allowed.join(", ")).ok();
            let mut resource = web::resource(path);
            for entry in entries {
                let (method, access) = (entry.method.clone(), entry.access);
                resource = resource.route(guard(entry.conditional(), &method, access));
            }
            config.service(resource.default_service(web::to(move || {
                let answer = wrong_method(allowed.clone());
                async move { answer }
            })));
        }
    }
}

impl<A> Entry<A> {
    /// The route, behind a look at what its handler doesn't look at.
    fn conditional(self) -> Route {
        if self.method.is_safe() {
            return self.route;
        }
        let Self { condition, route, .. } = self;
        route.wrap(from_fn(move |request: ServiceRequest, next: Next<BoxBody>| {
            without_others(condition.clone(), request, next)
        }))
    }
}

async fn without_others(
    looked_at: Option<HeaderName>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let unseen = CONDITIONS
        .into_iter()
        .find(|name| looked_at.as_ref() != Some(name) && request.headers().contains_key(name));
    match unseen {
        Some(name) => {
            let detail = format!("{name} isn't looked at here, and the change wasn't made; send it without.");
            let refused = Problem::new(ProblemType::Malformed).detail(detail);
            Ok(request.into_response(problem::respond(&refused)))
        }
        None => next.call(request).await,
    }
}

impl<A: Copy> Default for Routes<A> {
    fn default() -> Self {
        Self::new()
    }
}

/// As `Allow` says it (RFC 9110 §9.1: whoever answers GET answers HEAD).
fn allowed(method: &Method) -> &str {
    match *method {
        Method::GET => "GET, HEAD",
        _ => method.as_str(),
    }
}

fn wrong_method(allowed: Option<HeaderValue>) -> HttpResponse {
    let mut response = problem::respond(&Problem::new(ProblemType::MethodNotAllowed));
    if let Some(allowed) = allowed {
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    response
}
