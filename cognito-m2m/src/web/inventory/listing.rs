//! The inventory of an app.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::found::{Found, HandlerGuard, ProbedEndpoint};
use crate::inventory::{
    Access, GuardSource, Inventory, Route, RouteGuard, guarded_route, public_route,
    registered_stacks,
};
use crate::policy::{Policy, public_handlers};
use crate::web::request::PublicMark;

/// Returns the inventory of an app with these endpoints.
///
/// It includes the handlers of the app's own crates that no request reached.
pub(super) fn inventory(endpoints: &[ProbedEndpoint], app_crate: Option<&str>) -> Inventory {
    let mut routes: Vec<Route> = Vec::new();
    for ProbedEndpoint {
        endpoint, found, ..
    } in endpoints
    {
        let mut route = route(found);
        let same = routes.iter_mut().find(|other| is_same(other, &route));
        match same {
            Some(other) => other.endpoints.push(endpoint.clone()),
            None => {
                route.endpoints = vec![endpoint.clone()];
                routes.push(route);
            }
        }
    }
    let unreached = unreached(&routes, app_crate);
    routes.extend(unreached);
    Inventory::of_app(routes)
}

/// Returns the crate of a path such as `my_api::widgets::list`.
pub(super) fn crate_of(path: &str) -> &str {
    path.split("::").next().unwrap_or(path)
}

/// A handler with the file and the line of its outermost attribute.
type Place = (Option<String>, Option<String>, Option<u32>);

fn place(route: &Route) -> Place {
    (route.handler.clone(), route.file.clone(), route.line)
}

/// Returns `true` if both have the same handler, in the same place and with the same guards.
fn is_same(left: &Route, right: &Route) -> bool {
    // Nothing is known about the handlers of unguarded routes, so each is listed by itself.
    !matches!(left.access, Access::Unguarded)
        && place(left) == place(right)
        && left.access == right.access
}

/// Returns the route of an endpoint, without the endpoint itself.
pub(super) fn route(found: &Found) -> Route {
    match found {
        Found::Guarded { wraps, handler } => guarded(wraps, *handler),
        Found::Public(mark) => public(*mark),
        Found::Unguarded { .. } => unnamed(Access::Unguarded),
    }
}

/// Returns the route of a handler whose name is unknown.
fn unnamed(access: Access) -> Route {
    Route {
        handler: None,
        file: None,
        line: None,
        endpoints: Vec::new(),
        access,
    }
}

fn guarded(wraps: &[Rc<Policy>], handler: HandlerGuard) -> Route {
    let mut guards: Vec<_> = wraps.iter().map(|policy| wrap(policy)).collect();
    match handler {
        HandlerGuard::Attributes(layers) => {
            let route = guarded_route(&layers.to_vec());
            if let Access::Guarded(attributes) = route.access {
                guards.extend(attributes);
            }
            Route {
                endpoints: Vec::new(),
                access: Access::Guarded(guards),
                ..route
            }
        }
        HandlerGuard::Principal => {
            guards.push(RouteGuard {
                policy: Policy::authenticated(),
                source: GuardSource::Extractor,
                report_only: false,
            });
            unnamed(Access::Guarded(guards))
        }
        HandlerGuard::Public(mark) => Route {
            access: Access::Guarded(guards),
            ..public(mark)
        },
        HandlerGuard::None | HandlerGuard::Unknown => unnamed(Access::Guarded(guards)),
    }
}

/// Returns the guard of a policy around a route.
pub(super) fn wrap(policy: &Policy) -> RouteGuard {
    RouteGuard {
        policy: policy.clone(),
        source: GuardSource::Wrap,
        report_only: false,
    }
}

fn public(mark: PublicMark) -> Route {
    match mark {
        PublicMark::Handler(place) => {
            let mut handlers = public_handlers().filter(|handler| handler.place == place);
            match (handlers.next(), handlers.next()) {
                (Some(handler), None) => Route {
                    endpoints: Vec::new(),
                    ..public_route(handler)
                },
                // A macro can mark several handlers in one place.
                (Some(handler), Some(_)) => because(Some(handler.reason)),
                (None, _) => because(None),
            }
        }
        PublicMark::Routes(reason) => because(Some(reason)),
        PublicMark::Service => because(None),
    }
}

fn because(reason: Option<&str>) -> Route {
    unnamed(Access::Public {
        reason: reason.map(ToOwned::to_owned),
    })
}

/// Returns the registered handlers of the app's crates that no request reached.
fn unreached(routes: &[Route], app_crate: Option<&str>) -> Vec<Route> {
    let reached: BTreeSet<_> = routes.iter().map(place).collect();
    let handlers = routes.iter().filter_map(|route| route.handler.as_deref());
    let crates: BTreeSet<_> = handlers.map(crate_of).chain(app_crate).collect();
    let stacks = registered_stacks();
    let registered = stacks.iter().map(|stack| guarded_route(stack));
    let registered = registered.chain(public_handlers().map(public_route));
    let mut unreached: BTreeMap<Place, Route> = BTreeMap::new();
    for route in registered {
        let handler = route.handler.as_deref().unwrap_or_default();
        if crates.contains(crate_of(handler)) && !reached.contains(&place(&route)) {
            let key = place(&route);
            let route = Route {
                endpoints: Vec::new(),
                ..route
            };
            unreached.entry(key).or_insert(route);
        }
    }
    unreached.into_values().collect()
}
