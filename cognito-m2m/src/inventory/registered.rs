use std::collections::BTreeMap;

use crate::inventory::{Access, Endpoint, GuardSource, Inventory, Route, RouteGuard};
use crate::policy::{Layer, PublicHandler, public_handlers, registered_layers};

/// Returns the guarded and public handlers that are linked into the program.
///
/// It sends no request. A handler is in the list whether or not an app registers it. Its methods and paths are
/// known only if a route attribute such as `#[get("/widgets")]` is below the guard, and they don't include the
/// path of a surrounding `web::scope`.
///
/// # Examples
///
/// ```standalone_crate
/// use actix_web::{HttpResponse, Responder, get};
/// use cognito_m2m::{inventory, require_scopes};
///
/// #[require_scopes("widgets/read")]
/// #[get("/widgets")]
/// async fn list() -> impl Responder {
///     HttpResponse::Ok()
/// }
///
/// let inventory = inventory::routes();
/// let route = &inventory.routes()[0];
/// assert_eq!(route.endpoints[0].path, "/widgets");
/// # let _ = list;
/// ```
#[must_use]
pub fn routes() -> Inventory {
    let stacks = registered_stacks();
    let guarded = stacks.iter().map(|stack| guarded_route(stack));
    let public = public_handlers().map(public_route);
    Inventory::of_items(guarded.chain(public).collect())
}

/// Returns the attributes of each handler, outermost first.
///
/// Each attribute registers itself with those above it, so the longest registration of a handler has all of
/// its attributes.
pub(crate) fn registered_stacks() -> Vec<Vec<&'static Layer>> {
    let mut by_handler: BTreeMap<_, Vec<Vec<&'static Layer>>> = BTreeMap::new();
    for layers in registered_layers() {
        let Layer { handler, file, .. } = layers.outermost();
        let stacks = by_handler.entry((*handler, *file)).or_default();
        stacks.push(layers.to_vec());
    }
    by_handler
        .into_values()
        .flat_map(|mut stacks| {
            stacks.sort_by_key(|stack| std::cmp::Reverse(stack.len()));
            let mut complete: Vec<Vec<&'static Layer>> = Vec::new();
            for stack in stacks {
                if !complete.iter().any(|longer| is_beginning(&stack, longer)) {
                    complete.push(stack);
                }
            }
            complete
        })
        .collect()
}

/// Returns `true` if both stacks belong to the same handler.
fn is_beginning(stack: &[&Layer], longer: &[&Layer]) -> bool {
    stack.len() < longer.len() && stack.iter().zip(longer).all(|(a, b)| is_same(a, b))
}

fn is_same(left: &Layer, right: &Layer) -> bool {
    left.line == right.line
        && left.file == right.file
        && left.handler == right.handler
        && left.report_only == right.report_only
        && left.policy == right.policy
}

/// Returns the route of a handler with the endpoints that its attributes show.
pub(crate) fn guarded_route(stack: &[&'static Layer]) -> Route {
    let outermost = stack.first();
    let endpoints = stack.iter().flat_map(|layer| endpoints(layer.routes));
    Route {
        handler: outermost.map(|layer| layer.handler.to_owned()),
        file: outermost.map(|layer| portable(layer.file)),
        line: outermost.map(|layer| layer.line),
        endpoints: endpoints.collect(),
        access: Access::Guarded(stack.iter().map(|layer| attribute(layer)).collect()),
    }
}

pub(crate) fn public_route(handler: &'static PublicHandler) -> Route {
    Route {
        handler: Some(handler.handler.to_owned()),
        file: Some(portable(handler.file)),
        line: Some(handler.line),
        endpoints: endpoints(handler.routes).collect(),
        access: Access::Public {
            reason: Some(handler.reason.to_owned()),
        },
    }
}

/// Returns the path of a source file with slashes, as a compiler on Unix writes it.
fn portable(file: &str) -> String {
    file.replace('\\', "/")
}

fn attribute(layer: &Layer) -> RouteGuard {
    RouteGuard {
        policy: layer.policy.clone(),
        source: GuardSource::Attribute,
        report_only: layer.report_only,
    }
}

fn endpoints(
    routes: &'static [(&'static str, &'static str)],
) -> impl Iterator<Item = Endpoint> + 'static {
    routes
        .iter()
        .map(|(method, path)| Endpoint::new(*method, *path))
}
