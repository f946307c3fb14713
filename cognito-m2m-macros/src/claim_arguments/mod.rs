//! The arguments of `#[require_claim]`: claims, and the arguments that all attributes have.

mod literal;
mod name;
mod parameter;
mod tokens;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::{Ident, Token};

use self::tokens::{is_unquoted, parse_equals};
use crate::argument_end::{is_end, skip_to_end};
use crate::errors::Errors;
use crate::expression::take_argument;
use crate::model::{Claim, ClaimCondition};
use crate::similar;

/// The arguments that are not claims.
const OTHER_ARGUMENTS: [&str; 3] = ["error", "crate", "danger_report_only"];

/// Parses the claims, and returns the tokens of the other arguments too.
///
/// After a mistake, parsing continues after the next comma.
pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> (Vec<Claim>, TokenStream) {
    let mut claims = Vec::new();
    let mut others = TokenStream::new();
    let parser = |input: ParseStream<'_>| -> syn::Result<()> {
        while !input.is_empty() {
            if is_other_argument(input) {
                others.extend(take_argument(input)?);
                input.parse::<Option<Token![,]>>()?.to_tokens(&mut others);
                continue;
            }
            match parse_claim(input, errors) {
                Ok(claim) => claims.extend(claim),
                Err(error) => errors.add(error),
            }
            skip_to_end(input)?;
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(())
    };
    if let Err(error) = parser.parse2(tokens) {
        errors.add(error);
    }
    (claims, others)
}

/// Parses `"name" = value`, or `"name", equals_path = "parameter"`. Returns `None` after a mistake that
/// has been reported.
fn parse_claim(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Option<Claim>> {
    if parameter::is_next(input) {
        let key = input.call(Ident::parse_any)?;
        let message = "expected the name of a claim in front of `equals_path`: \
                       `\"tenant\", equals_path = \"tenant_id\"`";
        errors.report(key.span(), message);
        return Ok(None);
    }
    if input.peek(Token![match]) {
        let message = "`#[require_claim]` has no `match`: all claims must match; for one of several \
                       values, write a list: `\"environment\" = [\"prod\", \"staging\"]`";
        return Err(input.error(message));
    }
    let name = name::parse(input, errors)?;
    let condition = if input.peek(Token![,]) && parameter::is_next_after_comma(input) {
        input.parse::<Token![,]>()?;
        parameter::parse(input, errors)?.map(ClaimCondition::PathParameter)
    } else if parameter::is_next(input) {
        let message = "expected `,` in front of `equals_path`";
        errors.report(input.span(), message);
        parameter::parse(input, errors)?.map(ClaimCondition::PathParameter)
    } else if is_end(input) {
        if let Some(misspelled) = misspelled_path_argument(input)? {
            let message = format_args!(
                "unknown argument `{misspelled}`; did you mean `{}`?",
                parameter::NAME
            );
            errors.report(misspelled.span(), message);
            return Ok(None);
        }
        let source = name.identity();
        let message = format_args!(
            "expected a value for the claim: write `{source} = \"value\"`, or \
             `{source}, equals_path = \"parameter\"`"
        );
        errors.report(name.span(), message);
        skip_unknown_argument(input)?;
        None
    } else {
        parse_equals(input, "\"name\" = value", errors)?;
        let values = literal::parse_values(input, errors)?;
        Some(ClaimCondition::OneOf(values))
    };
    Ok(condition.map(|condition| Claim { name, condition }))
}

/// Skips an argument such as `, equal_path = ..`, and returns its name.
fn misspelled_path_argument(input: ParseStream<'_>) -> syn::Result<Option<Ident>> {
    let ahead = input.fork();
    if ahead.parse::<Token![,]>().is_err() || is_other_argument(&ahead) {
        return Ok(None);
    }
    let Ok(name) = ahead.call(Ident::parse_any) else {
        return Ok(None);
    };
    if similar::nearest(&name.to_string(), [parameter::NAME]).is_none() {
        return Ok(None);
    }
    input.advance_to(&ahead);
    skip_to_end(input)?;
    Ok(Some(name))
}

/// Skips an argument such as `, equals = ..`, which was meant as the value of the claim before it.
fn skip_unknown_argument(input: ParseStream<'_>) -> syn::Result<()> {
    let ahead = input.fork();
    let is_unknown = ahead.parse::<Token![,]>().is_ok()
        && is_unquoted(&ahead)
        && !is_other_argument(&ahead)
        && !ahead.peek(Token![match]);
    if is_unknown {
        input.advance_to(&ahead);
        skip_to_end(input)?;
    }
    Ok(())
}

/// Returns `true` for the name of an argument, which may be misspelled, and not for a path that begins
/// with `crate::`.
fn is_other_argument(input: ParseStream<'_>) -> bool {
    let name = input.fork().call(Ident::parse_any);
    let is_known = name.is_ok_and(|name| {
        let name = name.to_string();
        let is_constant = !name.contains(|c: char| c.is_ascii_lowercase());
        !is_constant && similar::nearest(&name, OTHER_ARGUMENTS).is_some()
    });
    is_known && !input.peek2(Token![::])
}
