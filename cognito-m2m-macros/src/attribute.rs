use proc_macro2::{Span, TokenStream};
use syn::{Ident, Path, parse_quote};

use crate::arguments::{Arguments, Pair, Value};
use crate::check;
use crate::errors::Errors;
use crate::model::{Action, Asks, Client, Entry, Group, Operator, Requirement, Rule, Text};

/// Which of the attributes it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    RequireAuthentication,
    RequireScopes,
    RequireAnyScope,
    RequireAllScopes,
    ScopeMap,
    ActionScopeMap,
    AllowClientIds,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::RequireAuthentication,
        Self::RequireScopes,
        Self::RequireAnyScope,
        Self::RequireAllScopes,
        Self::ScopeMap,
        Self::ActionScopeMap,
        Self::AllowClientIds,
    ];

    /// The attribute of a path, as far as the last name tells.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let name = &path.segments.last()?.ident;
        Self::ALL.into_iter().find(|kind| name == kind.name())
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::RequireAuthentication => "require_authentication",
            Self::RequireScopes => "require_scopes",
            Self::RequireAnyScope => "require_any_scope",
            Self::RequireAllScopes => "require_all_scopes",
            Self::ScopeMap => "scope_map",
            Self::ActionScopeMap => "action_scope_map",
            Self::AllowClientIds => "allow_client_ids",
        }
    }
}

/// An attribute, read and checked by itself.
pub(crate) struct Attribute {
    pub(crate) kind: Kind,
    pub(crate) asks: Asks,
    pub(crate) refusal: Option<Path>,
    pub(crate) krate: Path,
}

impl Attribute {
    pub(crate) fn parse(kind: Kind, tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut arguments = Arguments::parse(tokens, errors);
        let krate = take_path(&mut arguments, "crate", errors).unwrap_or_else(crate_path);
        let refusal = take_path(&mut arguments, "error", errors);
        let asks = asks(kind, &mut arguments, errors);
        arguments.finish(kind.name(), errors);
        check::check(kind, &asks, errors);
        Self {
            kind,
            asks,
            refusal,
            krate,
        }
    }
}

/// The name that the user's `Cargo.toml` gives to `cognito-m2m`.
fn crate_path() -> Path {
    match proc_macro_crate::crate_name("cognito-m2m") {
        Ok(proc_macro_crate::FoundCrate::Name(name)) => {
            let name = Ident::new(&name, Span::call_site());
            parse_quote!(::#name)
        }
        // Without a manifest (other build systems), or under another crate that re-exports this
        // one, the plain name is the best guess; `crate = path` says otherwise.
        Ok(proc_macro_crate::FoundCrate::Itself) | Err(_) => parse_quote!(::cognito_m2m),
    }
}

fn asks(kind: Kind, arguments: &mut Arguments, errors: &mut Errors) -> Asks {
    Asks::ForAll(match kind {
        Kind::RequireAuthentication => Requirement::Authentication,
        Kind::RequireScopes => {
            let operator = take_match(arguments, errors);
            scopes(operator, arguments, errors)
        }
        Kind::RequireAnyScope => scopes(Operator::Any, arguments, errors),
        Kind::RequireAllScopes => scopes(Operator::All, arguments, errors),
        Kind::ScopeMap => Requirement::Methods(entries(arguments, errors)),
        Kind::ActionScopeMap => return Asks::ForEach(actions(arguments, errors)),
        Kind::AllowClientIds => Requirement::Clients(clients(arguments, errors)),
    })
}

fn scopes(operator: Operator, arguments: &mut Arguments, errors: &mut Errors) -> Requirement {
    let members = arguments.take_values();
    Requirement::Scopes(one_or_group(operator, members, Span::call_site(), errors))
}

fn entries(arguments: &mut Arguments, errors: &mut Errors) -> Vec<Entry> {
    let operator = take_match(arguments, errors);
    let pairs = arguments.take_pairs(errors).into_iter();
    let entry = |Pair { key, value }| Entry {
        key,
        rule: entry_rule(operator, value, errors),
    };
    pairs.map(entry).collect()
}

fn actions(arguments: &mut Arguments, errors: &mut Errors) -> Vec<Action> {
    let entries = entries(arguments, errors).into_iter();
    let action = |Entry { key, rule }| Action {
        key,
        requirement: Requirement::Scopes(rule),
    };
    entries.map(action).collect()
}

/// The right side of an entry, where a list is matched as the attribute's `match` says.
fn entry_rule(operator: Operator, value: Value, errors: &mut Errors) -> Rule {
    let span = value.span();
    match value {
        Value::List(_, members) => one_or_group(operator, members, span, errors),
        only => one_or_group(operator, vec![only], span, errors),
    }
}

/// One member is itself, whatever the operator.
fn one_or_group(operator: Operator, members: Vec<Value>, span: Span, errors: &mut Errors) -> Rule {
    let members = members.into_iter();
    let mut members: Vec<_> = members.filter_map(|value| rule(value, errors)).collect();
    match members.pop() {
        Some(only) if members.is_empty() => only,
        last => {
            members.extend(last);
            Rule::Group(Group {
                operator,
                members,
                span,
            })
        }
    }
}

fn rule(value: Value, errors: &mut Errors) -> Option<Rule> {
    match value {
        Value::Text(text) => Some(Rule::Scope(text)),
        Value::Group(span, operator, members) => {
            let members = members.into_iter();
            Some(Rule::Group(Group {
                operator,
                members: members.filter_map(|value| rule(value, errors)).collect(),
                span,
            }))
        }
        Value::List(span, _) => {
            errors.report(
                span,
                "scopes stand here without brackets; a group is `any(..)` or `all(..)`",
            );
            None
        }
    }
}

fn clients(arguments: &mut Arguments, errors: &mut Errors) -> Vec<Client> {
    let text = |value: Value, errors: &mut Errors| match value {
        Value::Text(text) => Some(text),
        other => {
            let expected = "expected a string literal or the path of a `const`";
            errors.report(other.span(), expected);
            None
        }
    };
    let ids = arguments.take_values().into_iter();
    let mut clients: Vec<_> = ids
        .filter_map(|value| text(value, errors).map(Client::Id))
        .collect();
    let groups = arguments.take_each("group").into_iter();
    clients.extend(groups.filter_map(|pair| text(pair.value, errors).map(Client::Group)));
    clients
}

fn take_match(arguments: &mut Arguments, errors: &mut Errors) -> Operator {
    let Some(pair) = arguments.take("match", errors) else {
        return Operator::Default;
    };
    if let Value::Text(Text::Literal(literal)) = &pair.value {
        match literal.value().as_str() {
            "all" => return Operator::All,
            "any" => return Operator::Any,
            _ => {}
        }
    }
    errors.report(pair.value.span(), "expected `\"all\"` or `\"any\"`");
    Operator::Default
}

fn take_path(arguments: &mut Arguments, key: &'static str, errors: &mut Errors) -> Option<Path> {
    let pair = arguments.take(key, errors)?;
    if let Value::Text(Text::Constant(path)) = pair.value {
        return Some(path);
    }
    let message = format_args!("expected a path without quotes: `{key} = some::path`");
    errors.report(pair.value.span(), message);
    None
}
