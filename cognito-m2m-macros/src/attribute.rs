use std::sync::Arc;

use proc_macro2::{Span, TokenStream};
use syn::parse::Parser;
use syn::{Ident, Path, parse_quote};

use crate::arguments::Arguments;
use crate::catalogue::{self, Catalogue};
use crate::claim_arguments;
use crate::errors::Errors;
use crate::expression::{Place, expected_path};
use crate::kind::Kind;
use crate::model::{
    Action, Claim, Client, ConstStr, Group, Key, MethodEntry, Operator, Requirement, Requirements,
    Rule,
};
use crate::report_only;
use crate::similar;
use crate::value::{Pair, Value};

/// A parsed attribute.
pub(crate) struct Attribute {
    pub(crate) kind: Kind,
    pub(crate) requirements: Requirements,
    /// The custom refusal: `error = path`.
    pub(crate) refusal: Option<Path>,
    /// `true` if the attribute denies nothing, and only reports what it would deny.
    pub(crate) report_only: bool,
    /// The path of the runtime crate: `crate = path`, or the name in `Cargo.toml`.
    pub(crate) krate: Path,
    /// The names of the arguments that the attribute accepts.
    pub(crate) accepted: Vec<&'static str>,
    /// The scopes that the attribute can require, if the package has a file with them.
    pub(crate) catalogue: Option<Arc<Catalogue>>,
}

impl Attribute {
    pub(crate) fn parse(kind: Kind, tokens: TokenStream, errors: &mut Errors) -> Self {
        let (claims, tokens) = match kind {
            Kind::RequireClaim => claim_arguments::parse(tokens, errors),
            _ => (Vec::new(), tokens),
        };
        let mut arguments = Arguments::parse(kind, tokens, errors);
        let krate = take_path(&mut arguments, "crate", errors).unwrap_or_else(crate_path);
        let refusal = take_path(&mut arguments, "error", errors);
        let requirements = requirements(kind, claims, &mut arguments, errors);
        if kind != Kind::RequireAuthentication {
            arguments.accept(report_only::NAME);
        }
        let report_only = report_only::check(kind, &requirements, arguments.take_flags(), errors);
        let accepted = arguments.accepted().to_vec();
        arguments.finish(kind, errors);
        let catalogue = match kind.requires_scopes() {
            true => catalogue::of_package(errors),
            false => None,
        };
        Self {
            kind,
            requirements,
            refusal,
            report_only,
            krate,
            accepted,
            catalogue,
        }
    }
}

/// Returns the path of the runtime crate under its name in the user's `Cargo.toml`.
pub(crate) fn crate_path() -> Path {
    match proc_macro_crate::crate_name("cognito-m2m") {
        Ok(proc_macro_crate::FoundCrate::Name(name)) => {
            let name = Ident::new(&name, Span::call_site());
            parse_quote!(::#name)
        }
        // The manifest is missing (other build systems), or another crate re-exports this one.
        // Users override the guess with `crate = path`.
        Ok(proc_macro_crate::FoundCrate::Itself) | Err(_) => parse_quote!(::cognito_m2m),
    }
}

fn requirements(
    kind: Kind,
    claims: Vec<Claim>,
    arguments: &mut Arguments,
    errors: &mut Errors,
) -> Requirements {
    Requirements::Shared(match kind {
        Kind::RequireAuthentication => Requirement::Authentication,
        Kind::RequireScopes => {
            let operator = take_match(arguments, errors);
            scopes(operator, arguments, errors)
        }
        Kind::RequireAnyScope => scopes(Operator::Any, arguments, errors),
        Kind::RequireAllScopes => scopes(Operator::All, arguments, errors),
        Kind::ScopeMap => Requirement::Methods(method_entries(kind, arguments, errors)),
        Kind::ActionScopeMap => return Requirements::PerHandler(actions(kind, arguments, errors)),
        Kind::AllowClientIds => Requirement::Clients(clients(arguments, errors)),
        Kind::RequireClaim => Requirement::Claims(claims),
    })
}

fn scopes(operator: Operator, arguments: &mut Arguments, errors: &mut Errors) -> Requirement {
    let members = arguments.take_values();
    Requirement::Scopes(single_or_group(
        operator,
        members,
        Span::call_site(),
        errors,
    ))
}

fn method_entries(kind: Kind, arguments: &mut Arguments, errors: &mut Errors) -> Vec<MethodEntry> {
    let entries = entries(kind, arguments, errors).into_iter();
    entries
        .map(|(key, rule)| MethodEntry { key, rule })
        .collect()
}

fn actions(kind: Kind, arguments: &mut Arguments, errors: &mut Errors) -> Vec<Action> {
    let entries = entries(kind, arguments, errors).into_iter();
    let action = |(key, rule)| Action {
        key,
        requirement: Requirement::Scopes(rule),
    };
    entries.map(action).collect()
}

fn entries(kind: Kind, arguments: &mut Arguments, errors: &mut Errors) -> Vec<(Key, Rule)> {
    let operator = take_match(arguments, errors);
    if kind == Kind::ScopeMap {
        arguments.reject_misspelled(kind, errors);
    }
    let pairs = arguments.take_pairs(errors).into_iter();
    pairs
        .map(|Pair { key, value }| (key, entry_rule(operator, value, errors)))
        .collect()
}

/// Parses the right side of a map's entry. The operator applies to a list in brackets.
fn entry_rule(operator: Operator, value: Value, errors: &mut Errors) -> Rule {
    let span = value.span();
    match value {
        Value::List(_, delimiters, members) => {
            if delimiters != "brackets" {
                let message = "expected a list in brackets: `[\"a\", \"b\"]`";
                errors.report(span, message);
            }
            single_or_group(operator, members, span, errors)
        }
        Value::Other(expression) => {
            errors.add(expression.error(Place::MapEntry));
            single_or_group(operator, Vec::new(), span, errors)
        }
        single => single_or_group(operator, vec![single], span, errors),
    }
}

/// Returns the group of the members, or the only member, because an operator has no effect on it.
fn single_or_group(
    operator: Operator,
    members: Vec<Value>,
    span: Span,
    errors: &mut Errors,
) -> Rule {
    let members = members.into_iter();
    let mut members: Vec<_> = members.filter_map(|value| rule(value, errors)).collect();
    match members.pop() {
        Some(single) if members.is_empty() => single,
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
        Value::Str(scope) => Some(Rule::Scope(scope)),
        Value::Group(span, operator, members) => {
            let members = members.into_iter();
            Some(Rule::Group(Group {
                operator,
                members: members.filter_map(|value| rule(value, errors)).collect(),
                span,
            }))
        }
        Value::Other(expression) => {
            errors.add(expression.error(Place::Scopes));
            None
        }
        Value::Mistake(error) => {
            errors.add(error);
            None
        }
        Value::List(span, delimiters, _) => {
            let message = format_args!(
                "unexpected {delimiters}: list the scopes as separate arguments, or group them with \
                 `any(..)` or `all(..)`"
            );
            errors.report(span, message);
            None
        }
    }
}

fn clients(arguments: &mut Arguments, errors: &mut Errors) -> Vec<Client> {
    let ids = arguments.take_values().into_iter();
    let mut clients: Vec<_> = ids
        .filter_map(|value| {
            let advice = "list the client IDs as separate arguments";
            client_string(value, Place::ClientIds, advice, errors).map(Client::Id)
        })
        .collect();
    let groups = arguments.take_each("group", errors).into_iter();
    clients.extend(groups.filter_map(|pair| {
        let advice = "write `group = ..` once for each group";
        client_string(pair.value, Place::ClientGroup, advice, errors).map(Client::Group)
    }));
    clients
}

fn client_string(
    value: Value,
    place: Place,
    advice: &str,
    errors: &mut Errors,
) -> Option<ConstStr> {
    let span = value.span();
    match value {
        Value::Str(string) => Some(string),
        Value::Other(expression) => {
            errors.add(expression.error(place));
            None
        }
        Value::Mistake(error) => {
            errors.add(error);
            None
        }
        // The value is missing, which was reported.
        Value::List(_, _, members) if members.is_empty() && place == Place::ClientGroup => None,
        Value::List(_, delimiters, _) => {
            errors.report(span, format_args!("unexpected {delimiters}: {advice}"));
            None
        }
        Value::Group(..) => {
            errors.report(span, format_args!("clients can't be grouped: {advice}"));
            None
        }
    }
}

fn take_match(arguments: &mut Arguments, errors: &mut Errors) -> Operator {
    let Some(pair) = arguments.take("match", errors) else {
        return Operator::Default;
    };
    match &pair.value {
        Value::Str(ConstStr::Literal(literal)) => match literal.value().as_str() {
            "all" => return Operator::All,
            "any" => return Operator::Any,
            _ => {}
        },
        // The value is missing, which was reported.
        Value::List(_, _, members) if members.is_empty() => return Operator::Default,
        _ => {}
    }
    let word = match &pair.value {
        Value::Str(ConstStr::Literal(literal)) => literal.value(),
        Value::Str(ConstStr::Path(path)) => last_name(path),
        other => other.source().trim_matches('"').to_owned(),
    };
    let message = match similar::nearest(&word, ["all", "any"]) {
        Some(intended) => {
            format!("expected `\"all\"` or `\"any\"`: write `match = \"{intended}\"`")
        }
        None => "expected `\"all\"` or `\"any\"`".to_owned(),
    };
    errors.report(pair.value.span(), message);
    Operator::Default
}

fn last_name(path: &Path) -> String {
    let last = path.segments.last();
    last.map(|segment| segment.ident.to_string())
        .unwrap_or_default()
}

fn take_path(arguments: &mut Arguments, key: &'static str, errors: &mut Errors) -> Option<Path> {
    let pair = arguments.take(key, errors)?;
    let span = pair.value.span();
    match pair.value {
        Value::Str(ConstStr::Path(path)) => return Some(path),
        Value::Str(ConstStr::Literal(literal)) => {
            // The name of a package can contain `-`, and the path of its crate can't.
            let path = literal.value().replace('-', "_");
            let is_path = Path::parse_mod_style.parse_str(&path).is_ok();
            let path = if is_path { &path } else { "some::path" };
            let message = format_args!("expected a path without quotes: `{key} = {path}`");
            errors.report(span, message);
        }
        Value::Other(expression) => errors.add(expression.path_error(key, key == "error")),
        Value::Mistake(error) => errors.add(error),
        // The value is missing, which was reported.
        Value::List(_, _, members) if members.is_empty() => {}
        Value::List(..) | Value::Group(..) => {
            errors.report(span, expected_path(key, key == "error"));
        }
    }
    None
}
