//! The messages about arguments that an attribute doesn't accept.

use crate::kind::Kind;
use crate::methods;
use crate::model::ConstStr;
use crate::similar;
use crate::value::{Pair, Value};

/// Returns the message for a value in an attribute that accepts only pairs.
pub(crate) fn value(kind: Kind, value: &Value, accepted: &[&'static str]) -> String {
    let attribute = kind.name();
    if let Value::Str(ConstStr::Path(path)) = value
        && let Some(name) = path.get_ident()
        && let Some(intended) = similar::nearest(&name.to_string(), accepted.iter().copied())
    {
        if name == intended {
            return format!("expected a value: `{name} = ..`");
        }
        return format!("unknown argument `{name}`; did you mean `{intended}`?");
    }
    let advice = match (kind, value) {
        (Kind::RequireAuthentication, Value::Other(_) | Value::List(..)) => {
            "; to require scopes, use `#[require_scopes(..)]`".to_owned()
        }
        (Kind::RequireAuthentication, scopes) => format!(
            "; to require scopes, use `#[require_scopes({})]`",
            scopes.source()
        ),
        _ => String::new(),
    };
    format!(
        "unexpected value: `#[{attribute}]` accepts only `name = value` arguments (`{}`){advice}",
        accepted.join("`, `")
    )
}

/// Returns the message for a pair whose key is none of the accepted names.
pub(crate) fn argument(kind: Kind, pair: &Pair, accepted: &[&'static str]) -> String {
    let name = pair.key.text.as_str();
    let attribute = kind.name();
    let values = pair.value.source();
    let advice = match name {
        "scope" | "scopes" if takes_scopes(kind) => {
            format!(": write the scopes without a name: `{values}`")
        }
        "any" | "all" if takes_scopes(kind) => format!(": write `{name}({values})`"),
        "client" | "clients" | "client_id" | "client_ids" | "id" | "ids"
            if kind == Kind::AllowClientIds =>
        {
            format!(": write the client IDs without a name: `{values}`")
        }
        "groups" if kind == Kind::AllowClientIds => {
            let names = values.split(", ").map(|name| format!("group = {name}"));
            let groups: Vec<_> = names.collect();
            format!(
                ": write `group = ..` once for each group: `{}`",
                groups.join(", ")
            )
        }
        _ if takes_scopes(kind) && methods::standard(name).is_some() => {
            ": for scopes per method, use `#[scope_map(..)]`".to_owned()
        }
        "match" if takes_scopes(kind) => {
            format!(
                ": `#[{attribute}]` itself states how the scopes are combined, and \
                 `#[require_scopes(..)]` takes `match`"
            )
        }
        _ => match similar::nearest(name, accepted.iter().copied()) {
            Some(intended) => format!("; did you mean `{intended}`?"),
            None => format!(": `#[{attribute}]` accepts `{}`", accepted.join("`, `")),
        },
    };
    format!("unknown argument `{name}`{advice}")
}

/// Returns `true` if the arguments without a name are scopes.
fn takes_scopes(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::RequireScopes | Kind::RequireAnyScope | Kind::RequireAllScopes
    )
}
