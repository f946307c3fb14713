//! Compares the path parameters of a `#[require_claim]` with Actix's route attributes below it.

use syn::Attribute;

use crate::errors::Errors;
use crate::kind::Kind;
use crate::model::{Claim, ClaimCondition, ConstStr};
use crate::routes;

/// Reports each path parameter that a visible route lacks.
///
/// The path of a surrounding `web::scope` is never visible, so the message names the way to use a
/// parameter of it.
pub(crate) fn check(claims: &[Claim], attributes: &[Attribute], errors: &mut Errors) {
    let routes: Vec<_> = attributes.iter().filter_map(routes::path_of).collect();
    for Claim { condition, .. } in claims {
        let ClaimCondition::PathParameter(ConstStr::Literal(parameter)) = condition else {
            continue;
        };
        let name = parameter.value();
        for route in &routes {
            let path = route.value();
            if has_parameter(&path, &name) {
                continue;
            }
            let message = format_args!(
                "the route {path:?} has no path parameter `{name}`, so every request would be \
                 refused{}; if a surrounding `web::scope` has the parameter, put `#[{}(..)]` on the \
                 handler, below the attribute of the route",
                known(&path),
                Kind::RequireClaim.name()
            );
            errors.report(parameter.span(), message);
        }
    }
}

fn known(path: &str) -> String {
    let names: Vec<_> = parameters(path)
        .iter()
        .map(|name| format!("`{name}`"))
        .collect();
    match names.as_slice() {
        [] => String::new(),
        names => format!(" (it has {})", names.join(", ")),
    }
}

fn has_parameter(path: &str, name: &str) -> bool {
    // Actix also takes the named groups of a parameter's regular expression as parameters.
    let group = format!("<{name}>");
    parameters(path).iter().any(|parameter| parameter == name) || path.contains(&group)
}

/// Returns the names of the parameters in the path of a route: `{name}`, `{name:regex}` and `{name}*`.
fn parameters(path: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0_usize;
    let mut name: Option<String> = None;
    for character in path.chars() {
        match character {
            '{' => {
                if depth == 0 {
                    name = Some(String::new());
                }
                depth = depth.saturating_add(1);
            }
            '}' => {
                depth = depth.saturating_sub(1);
                names.extend(name.take());
            }
            // The rest is a regular expression, which may contain braces too.
            ':' => names.extend(name.take()),
            other => name.iter_mut().for_each(|name| name.push(other)),
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_the_names_in_braces() {
        for (path, expected) in [
            ("/widgets", &[] as &[&str]),
            ("", &[]),
            ("/t/{tenant_id}", &["tenant_id"]),
            ("/t/{tenant_id}/w/{id:\\d+}", &["tenant_id", "id"]),
            ("/t/{id:[0-9a-f]{8}}/{rest}*", &["id", "rest"]),
            ("/v{version}.{format}", &["version", "format"]),
            ("/t/{id:a{1}b{2}}/x", &["id"]),
            ("/t/{id:(?P<tenant_id>[a-z]+)-x}", &["id"]),
        ] {
            assert_eq!(parameters(path), expected, "{path}");
        }
        assert!(has_parameter(
            "/t/{id:(?P<tenant_id>[a-z]+)-x}",
            "tenant_id"
        ));
        assert!(!has_parameter("/t/{tenant}", "tenant_id"));
        assert!(!has_parameter("/t/tenant_id", "tenant_id"));
    }
}
