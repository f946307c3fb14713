//! `equals_path = "parameter"`, which follows the name of a claim.

use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, Path, Token};

use super::tokens::{is_unquoted, parse_equals, parse_string};
use crate::argument_end::is_end;
use crate::errors::Errors;
use crate::model::ConstStr;

pub(super) const NAME: &str = "equals_path";

/// Returns `true` if `equals_path` is next.
pub(super) fn is_next(input: ParseStream<'_>) -> bool {
    let key = input.fork().call(Ident::parse_any);
    key.is_ok_and(|key| key == NAME) && !input.peek2(Token![::])
}

pub(super) fn is_next_after_comma(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    ahead.parse::<Token![,]>().is_ok() && is_next(&ahead)
}

/// Parses the key and the name of the path parameter. Returns `None` after a mistake that has been
/// reported.
pub(super) fn parse(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Option<ConstStr>> {
    let key = input.call(Ident::parse_any)?;
    if is_end(input) {
        let message = "expected the name of a path parameter: `equals_path = \"tenant_id\"`";
        errors.report(key.span(), message);
        return Ok(None);
    }
    parse_equals(input, "equals_path = \"tenant_id\"", errors)?;
    if let Some(literal) = parse_string(input)? {
        let advice = match literal.value().as_str() {
            "" => Some("found an empty string".to_owned()),
            text => advice(text),
        };
        if let Some(advice) = advice {
            let message = format_args!("expected the name of a path parameter: {advice}");
            errors.report(literal.span(), message);
            return Ok(None);
        }
        return end(ConstStr::Literal(literal), input);
    }
    if is_unquoted(input) {
        let name = input.call(Ident::parse_any)?;
        let message = format_args!(
            "expected the name of the path parameter in quotes: write `{NAME} = \"{name}\"`"
        );
        errors.report(name.span(), message);
        return Ok(None);
    }
    if input.peek(Token![::]) || input.peek(Ident::peek_any) {
        let path = input.call(Path::parse_mod_style)?;
        return end(ConstStr::Path(path), input);
    }
    Err(input.error("expected the name of one path parameter: `equals_path = \"tenant_id\"`"))
}

/// Returns what to write instead of a text that can't be the name of a path parameter.
fn advice(text: &str) -> Option<String> {
    let is_in_name = |c: char| !c.is_whitespace() && !"{}/:*".contains(c);
    if text.chars().all(is_in_name) {
        return None;
    }
    // `{tenant_id}`, or a whole pattern that ends with it.
    let inner = text
        .rsplit_once('{')
        .and_then(|(_, inner)| inner.split(['}', ':']).next())
        .or_else(|| text.strip_prefix(':'))
        .unwrap_or_default();
    Some(if !inner.is_empty() && inner.chars().all(is_in_name) {
        format!("write `\"{inner}\"`")
    } else {
        "write the name that is between the braces in the path of the route".to_owned()
    })
}

fn end(name: ConstStr, input: ParseStream<'_>) -> syn::Result<Option<ConstStr>> {
    if is_end(input) {
        return Ok(Some(name));
    }
    Err(input.error("expected `,`: a claim equals one path parameter"))
}
