//! The argument `danger_report_only`, which has no value.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::parse::discouraged::Speculative;
use syn::spanned::Spanned;
use syn::{Ident, LitBool, LitStr, Token};

use crate::argument_end::is_end;
use crate::errors::Errors;
use crate::kind::Kind;
use crate::model::{Requirement, Requirements};
use crate::similar;

pub(crate) const NAME: &str = "danger_report_only";

/// What a user may write instead, apart from misspellings. None of them is a usual name of a constant.
const OTHER_NAMES: [&str; 9] = [
    "danger_report",
    "danger_reporting_only",
    "danger_only_report",
    "report_only",
    "reports_only",
    "reporting_only",
    "dry_run",
    "log_only",
    "danger_log_only",
];

/// Parses the argument. Returns `None` and consumes nothing if the input starts with another one.
pub(crate) fn parse(input: ParseStream<'_>) -> syn::Result<Option<Span>> {
    let ahead = input.fork();
    if let Ok(literal) = ahead.parse::<LitStr>() {
        let is_alone = is_end(&ahead);
        return match literal.value().as_str() {
            NAME if is_alone => Err(syn::Error::new(
                literal.span(),
                format_args!("write `{NAME}` without quotes"),
            )),
            _ => Ok(None),
        };
    }
    // `r#danger_report_only` is a handler with that name.
    let Ok(name) = ahead.call(Ident::parse_any) else {
        return Ok(None);
    };
    if name != NAME {
        return misspelled(&name, &ahead);
    }
    if !is_end(&ahead) {
        return Err(syn::Error::new(name.span(), has_value(&ahead)));
    }
    input.advance_to(&ahead);
    Ok(Some(name.span()))
}

/// Returns the message for what follows the name.
fn has_value(input: ParseStream<'_>) -> String {
    let advice = match value_after_equals::<LitBool>(input) {
        Some(value) if !value.value => "remove the argument to enforce the rule".to_owned(),
        _ if value_after_equals::<LitStr>(input).is_some() => {
            format!("write `{NAME}` alone, or `r#{NAME} = ..` for a handler of that name")
        }
        _ => format!("write `{NAME}` alone"),
    };
    format!("`{NAME}` takes no value: {advice}")
}

fn value_after_equals<T: syn::parse::Parse>(input: ParseStream<'_>) -> Option<T> {
    let ahead = input.fork();
    ahead.parse::<Token![=]>().ok()?;
    ahead.parse().ok()
}

/// Reports another name. `input` starts after it.
fn misspelled(name: &Ident, input: ParseStream<'_>) -> syn::Result<Option<Span>> {
    // With another value, the name is the one of a handler in an action map.
    let is_flag = is_end(input) || value_after_equals::<LitBool>(input).is_some();
    let name_text = name.unraw().to_string();
    let is_misspelled =
        OTHER_NAMES.contains(&name_text.as_str()) || similar::nearest(&name_text, [NAME]).is_some();
    if !is_flag || !is_misspelled {
        return Ok(None);
    }
    let message = format!("unknown argument `{name_text}`: write `{NAME}`");
    Err(syn::Error::new(name.span(), message))
}

/// Returns `true` if the attribute only reports the requests that it denies. `flags` are the places of the
/// argument.
pub(crate) fn check(
    kind: Kind,
    requirements: &Requirements,
    flags: Vec<Span>,
    errors: &mut Errors,
) -> bool {
    check_position(requirements, errors);
    let mut found = flags.into_iter();
    if kind == Kind::RequireAuthentication {
        for span in found {
            let message = format_args!(
                "a valid token is always required: remove `{NAME}`, which is only for attributes \
                 that require scopes, clients or claims"
            );
            errors.report(span, message);
        }
        return false;
    }
    let is_report_only = found.next().is_some();
    for duplicate in found {
        errors.report(
            duplicate,
            format_args!("`{NAME}` is specified more than once: remove this one"),
        );
    }
    is_report_only
}

/// Reports the name in a place where it would be the path of a constant.
fn check_position(requirements: &Requirements, errors: &mut Errors) {
    let requirements: Vec<&Requirement> = match requirements {
        Requirements::Shared(requirement) => vec![requirement],
        Requirements::PerHandler(actions) => {
            actions.iter().map(|action| &action.requirement).collect()
        }
    };
    let constants = requirements.into_iter().flat_map(Requirement::constants);
    for path in constants.filter(|path| path.is_ident(NAME)) {
        let message = format_args!(
            "`{NAME}` applies to the whole attribute: write it as an argument of its own, outside \
             of lists and groups"
        );
        errors.report(path.span(), message);
    }
}
