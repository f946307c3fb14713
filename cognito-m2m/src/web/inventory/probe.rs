//! The guards of an app's endpoints, found by sending a request to each.
//!
//! The requests have no token. Guards and required extractors refuse them, so no guarded handler runs. A
//! handler without a guard runs. If a policy or a middleware around a scope refuses a request, it is sent again
//! with a principal that satisfies the policies, to reach the handler's guard. If routing guards require
//! headers, it is sent again with them.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::http::{Method, StatusCode};
use actix_web::introspection::IntrospectionTree;
use actix_web::test::TestRequest;
use actix_web::web::{Data, ServiceConfig};

use super::app::{Answer, RecordedApp};
use super::found::{Found, HandlerGuard, ProbedEndpoint, without_repeated_defaults};
use super::path::{FilledPath, PathParameterError, Values};
use super::recording_auth::{Named, recording_auth};
use super::satisfying::principal;
use super::tree::{Headers, Resource, resources};
use crate::inventory::Endpoint;
use crate::policy::{Policy, PolicyDefaults, guarded_handlers};
use crate::principal::ServicePrincipal;
use crate::web::builder::BuildError;
use crate::web::request::{PublicMark, Recording};

/// The methods that are sent to each path, with those that its routes name. A route without a method also
/// gets those of all scope maps.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// The error returned if an app can't be listed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppRoutesError {
    /// A path needs a value for a parameter.
    #[error(transparent)]
    PathParameter(#[from] PathParameterError),
    /// The middleware that records the guards could not be built.
    #[error("failed to build the middleware for the inventory")]
    Build(#[from] BuildError),
    /// The app panicked.
    #[error(
        "the app panicked: {message} (if it is about a path pattern: Actix can't list an app in which a scope \
         and a route inside have a path parameter with the same name)"
    )]
    Panic {
        /// The message of the panic.
        message: String,
    },
    /// The routes could not be read from Actix.
    #[error(
        "failed to read the routes from Actix, since a request to an unknown path failed: check the \
         middleware that the function adds"
    )]
    NoTree,
}

/// Returns `true` for the method and the path of an endpoint that gets no request.
pub(super) type IsLeftOut<'a> = dyn Fn(&str, &str) -> bool + 'a;

/// Returns the endpoints of the app that `configure` describes, except those that are left out.
pub(super) async fn probe(
    configure: &dyn Fn(&mut ServiceConfig),
    values: &Values,
    is_left_out: &IsLeftOut<'_>,
) -> Result<Vec<ProbedEndpoint>, AppRoutesError> {
    let mut named = Named::registered();
    loop {
        let auth = recording_auth(&named)?;
        let probe = Probe {
            defaults: Arc::clone(&auth.state().policy_defaults),
            app: RecordedApp::start(auth, configure).await,
            is_left_out,
        };
        let endpoints = probe.endpoints(values).await?;
        // A policy around a scope is known only once it has been asked.
        let known = named.clone();
        named.extend_from(&endpoints);
        if named == known {
            return Ok(endpoints);
        }
    }
}

struct Probe<'a> {
    app: RecordedApp,
    defaults: Arc<PolicyDefaults>,
    is_left_out: &'a IsLeftOut<'a>,
}

/// A request to an endpoint.
struct Target<'a> {
    resource: &'a Resource,
    filled: &'a FilledPath,
    method: &'a str,
    headers: &'a [(String, String)],
}

impl Probe<'_> {
    async fn endpoints(&self, values: &Values) -> Result<Vec<ProbedEndpoint>, AppRoutesError> {
        let request = self.app.request().await.ok_or(AppRoutesError::NoTree)?;
        let tree = request
            .app_data::<Data<IntrospectionTree>>()
            .ok_or(AppRoutesError::NoTree)?;
        let resources = resources(tree);
        let mut endpoints = Vec::new();
        for resource in &resources {
            let mut methods = methods_of(resource);
            methods.retain(|method| !(self.is_left_out)(method, &resource.name()));
            if methods.is_empty() {
                continue;
            }
            let Some(filled) = resource.path(&request, &resources, values)? else {
                continue;
            };
            for method in methods {
                self.endpoint(resource, &filled, &method, &mut endpoints)
                    .await;
            }
        }
        Ok(without_repeated_defaults(endpoints))
    }

    /// Adds what a method of a path finds, which is more than one handler if routing guards choose among
    /// them.
    async fn endpoint(
        &self,
        resource: &Resource,
        filled: &FilledPath,
        method: &str,
        endpoints: &mut Vec<ProbedEndpoint>,
    ) {
        let mut found: Vec<(Headers, Found)> = Vec::new();
        for headers in resource.header_sets() {
            let target = Target {
                resource,
                filled,
                method,
                headers: &headers,
            };
            if let Some(new) = self.find(&target).await
                && !found.iter().any(|(_, known)| known.is_same(&new))
            {
                found.push((headers, new));
            }
        }
        // A response of Actix itself, if another request reached a handler.
        if found.iter().any(|(_, found)| found.is_handler()) {
            found.retain(|(_, found)| found.is_handler());
        }
        endpoints.extend(found.into_iter().map(|(headers, found)| ProbedEndpoint {
            endpoint: Endpoint::new(method, resource.name()),
            filled: filled.clone(),
            headers,
            is_default: resource.is_default,
            found,
        }));
    }

    /// Returns what guards an endpoint, or `None` if no route has this method.
    async fn find(&self, target: &Target<'_>) -> Option<Found> {
        let mut answer = self.send(target, None).await?;
        let mut asked = None;
        loop {
            let recording = &answer.recording;
            let wraps = recording.policies.borrow().clone();
            if let Some(layers) = recording.layers.get() {
                let handler = HandlerGuard::Attributes(layers);
                return Some(Found::Guarded { wraps, handler });
            }
            if recording.has_extractor.get() || recording.has_authorized() {
                let handler = HandlerGuard::Principal;
                return Some(Found::Guarded { wraps, handler });
            }
            let has_outer = recording.has_outer_extractor.get();
            if recording.refusal.borrow().is_none() {
                let found = without_guard(target, &answer, wraps, has_outer)?;
                return Some(self.unless_authorized(target, found).await);
            }
            // The same guards refuse again, or the handler itself does.
            let guards = Some((wraps.len(), has_outer));
            if wraps.is_empty() && !has_outer || guards == asked {
                let handler = match wraps.as_slice() {
                    [] => HandlerGuard::Principal,
                    _ => HandlerGuard::Unknown,
                };
                return Some(Found::Guarded { wraps, handler });
            }
            asked = guards;
            let principal = principal(&wraps, target.method, target.filled, &self.defaults);
            let next = match principal {
                Some(principal) => self.send(target, Some(principal)).await,
                None => None,
            };
            let Some(next) = next else {
                let handler = HandlerGuard::Unknown;
                return Some(Found::Guarded { wraps, handler });
            };
            answer = next;
        }
    }

    /// A handler that takes an optional principal may authorize it, and answer otherwise without one.
    async fn unless_authorized(&self, target: &Target<'_>, found: Found) -> Found {
        let is_refusal = |status: StatusCode| {
            status == StatusCode::UNAUTHORIZED || status == StatusCode::FORBIDDEN
        };
        if !matches!(&found, Found::Unguarded { status: Some(status), .. } if is_refusal(*status)) {
            return found;
        }
        let principal = principal(&[], target.method, target.filled, &self.defaults);
        match self.send(target, principal).await {
            Some(answer) if answer.recording.has_authorized() => Found::Guarded {
                wraps: Vec::new(),
                handler: HandlerGuard::Principal,
            },
            _ => found,
        }
    }

    async fn send(
        &self,
        target: &Target<'_>,
        principal: Option<ServicePrincipal>,
    ) -> Option<Answer> {
        let method = Method::from_bytes(target.method.as_bytes()).ok()?;
        let mut request = TestRequest::with_uri(&target.filled.path).method(method);
        for (name, value) in target.headers {
            request = request.insert_header((name.as_str(), value.as_str()));
        }
        let recording = Recording {
            refuses_all: true,
            ..Recording::default()
        };
        Some(self.app.send(request, principal, recording).await)
    }
}

/// Interprets the response to a request that no guard refused.
///
/// Actix answers 404 or 405 where no route matches, but a handler can too. So such a response counts as one of
/// a handler if a route accepts the method.
fn without_guard(
    target: &Target<'_>,
    answer: &Answer,
    wraps: Vec<Rc<Policy>>,
    has_outer_extractor: bool,
) -> Option<Found> {
    let mark = answer.recording.public.get();
    let is_handler = matches!(mark, Some(PublicMark::Handler(_) | PublicMark::Service));
    if !answer.is_of_handler() && !is_handler && !target.resource.accepts(target.method) {
        return None;
    }
    let handler = match mark {
        Some(mark) => HandlerGuard::Public(mark),
        None if has_outer_extractor => HandlerGuard::Principal,
        None => HandlerGuard::None,
    };
    Some(match (mark, wraps.is_empty() && !has_outer_extractor) {
        (Some(mark), true) => Found::Public(mark),
        (None, true) => Found::Unguarded {
            status: answer.status,
            is_handler: answer.is_of_handler(),
        },
        (_, false) => Found::Guarded { wraps, handler },
    })
}

fn methods_of(resource: &Resource) -> BTreeSet<String> {
    let standard = METHODS.map(ToOwned::to_owned);
    let mut methods = BTreeSet::from(standard);
    methods.extend(resource.methods.iter().cloned());
    if resource.methods.is_empty() && !resource.is_default {
        let listed = guarded_handlers().flat_map(|layer| layer.policy.listed_methods());
        methods.extend(listed.map(ToOwned::to_owned));
    }
    methods
}
