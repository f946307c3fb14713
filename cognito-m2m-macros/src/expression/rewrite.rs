//! Rewrites an expression as a value that attributes accept.

use std::fmt;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{BinOp, Expr, ExprBinary, ExprCall, ExprMacro, ExprMethodCall, Lit, Path, Token};

use crate::similar;

/// A value that the user may have meant, as source code.
pub(crate) enum Rewritten {
    /// A literal or the path of a constant.
    Single(String),
    /// `any(..)`, `all(..)`, or a list if there is no name.
    Group(Option<&'static str>, Vec<Rewritten>),
}

impl Rewritten {
    /// Returns the values without their groups.
    pub(crate) fn leaves(&self) -> Vec<&str> {
        match self {
            Self::Single(value) => vec![value],
            Self::Group(_, members) => members.iter().flat_map(Self::leaves).collect(),
        }
    }

    /// Returns a group. Members that are groups of the same name become part of it.
    fn group(name: &'static str, members: impl IntoIterator<Item = Self>) -> Self {
        let members = members.into_iter().flat_map(|member| match member {
            Self::Group(Some(inner), members) if inner == name => members,
            other => vec![other],
        });
        Self::Group(Some(name), members.collect())
    }

    fn quoted(text: &str) -> Self {
        Self::Single(format!("\"{text}\""))
    }
}

impl fmt::Display for Rewritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Single(value) => f.write_str(value),
            Self::Group(name, members) => {
                let members: Vec<_> = members.iter().map(Self::to_string).collect();
                let members = members.join(", ");
                match name {
                    Some(name) => write!(f, "{name}({members})"),
                    None => f.write_str(&members),
                }
            }
        }
    }
}

/// Returns the value that an expression stands for, or `None` if it can't be known.
pub(super) fn rewrite(expr: &Expr) -> Option<Rewritten> {
    match expr {
        Expr::Lit(literal) => rewrite_literal(&literal.lit),
        Expr::Path(path) if path.qself.is_none() => Some(Rewritten::Single(source(&path.path))),
        Expr::Paren(inner) => rewrite(&inner.expr),
        Expr::Group(inner) => rewrite(&inner.expr),
        Expr::Reference(inner) => rewrite(&inner.expr),
        Expr::Cast(inner) => rewrite(&inner.expr),
        Expr::Array(list) => rewrite_all(&list.elems).map(|list| Rewritten::Group(None, list)),
        Expr::Tuple(list) => rewrite_all(&list.elems).map(|list| Rewritten::Group(None, list)),
        Expr::MethodCall(call) => rewrite_method_call(call),
        Expr::Call(call) => rewrite_call(call),
        Expr::Macro(call) => rewrite_macro(call),
        Expr::Binary(operation) => rewrite_operation(operation),
        Expr::Field(_) => unquoted(&expr.to_token_stream()),
        _ => None,
    }
}

fn rewrite_all<'e>(exprs: impl IntoIterator<Item = &'e Expr>) -> Option<Vec<Rewritten>> {
    exprs.into_iter().map(rewrite).collect()
}

fn rewrite_literal(literal: &Lit) -> Option<Rewritten> {
    Some(match literal {
        Lit::Str(literal) => Rewritten::Single(source(literal)),
        Lit::ByteStr(bytes) => Rewritten::quoted(std::str::from_utf8(&bytes.value()).ok()?),
        Lit::CStr(text) => Rewritten::quoted(text.value().to_str().ok()?),
        Lit::Char(c) => Rewritten::quoted(&c.value().to_string()),
        // Client IDs that begin with a digit.
        Lit::Int(_) | Lit::Float(_) => Rewritten::quoted(&source(literal)),
        _ => return None,
    })
}

/// Rewrites conversions that change the type of a value.
fn rewrite_method_call(call: &ExprMethodCall) -> Option<Rewritten> {
    let is_conversion = matches!(
        call.method.to_string().as_str(),
        "as_ref" | "as_str" | "clone" | "into" | "to_owned" | "to_string" | "to_vec"
    );
    (is_conversion && call.args.is_empty())
        .then(|| rewrite(&call.receiver))
        .flatten()
}

fn rewrite_call(call: &ExprCall) -> Option<Rewritten> {
    let Expr::Path(function) = &*call.func else {
        return None;
    };
    let name = last_name(&function.path)?;
    let mut arguments = rewrite_all(&call.args)?;
    if let Some(operator) = operator(&name) {
        return Some(Rewritten::group(operator, arguments));
    }
    let is_constructor = matches!(
        name.as_str(),
        "Scope" | "Some" | "from" | "from_static" | "from_str" | "new"
    );
    let is_name = matches!(
        name.as_str(),
        "scope" | "scopes" | "client" | "clients" | "client_id" | "client_ids" | "ids" | "list"
    );
    match arguments.len() {
        1 if is_constructor || is_name => arguments.pop(),
        0 | 1 => None,
        _ if is_name => Some(Rewritten::Group(None, arguments)),
        _ => None,
    }
}

/// Returns the operator that a function's name stands for.
fn operator(name: &str) -> Option<&'static str> {
    match name {
        "any_of" | "either" | "one_of" | "or" | "some" => Some("any"),
        "all_of" | "and" | "both" | "every" => Some("all"),
        _ => similar::nearest(name, ["any", "all"]),
    }
}

fn rewrite_macro(call: &ExprMacro) -> Option<Rewritten> {
    let name = last_name(&call.mac.path)?;
    if name == "stringify" {
        return unquoted(&call.mac.tokens);
    }
    let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
    let arguments = parser.parse2(call.mac.tokens.clone()).ok()?;
    match name.as_str() {
        "any" | "all" => {
            let members = rewrite_all(&arguments)?;
            operator(&name).map(|name| Rewritten::group(name, members))
        }
        "vec" => rewrite_all(&arguments).map(|list| Rewritten::Group(None, list)),
        "concat" => concatenated(&arguments),
        _ => None,
    }
}

fn rewrite_operation(operation: &ExprBinary) -> Option<Rewritten> {
    let operands = [&*operation.left, &*operation.right];
    match operation.op {
        BinOp::Or(_) | BinOp::BitOr(_) => Some(Rewritten::group("any", rewrite_all(operands)?)),
        BinOp::And(_) | BinOp::BitAnd(_) => Some(Rewritten::group("all", rewrite_all(operands)?)),
        BinOp::Add(_) => concatenated(operands),
        _ => unquoted(&operation.to_token_stream()),
    }
}

/// Returns the literal that consists of several string literals.
fn concatenated<'e>(exprs: impl IntoIterator<Item = &'e Expr>) -> Option<Rewritten> {
    let mut text = String::new();
    for expr in exprs {
        let Some(Rewritten::Single(part)) = rewrite(expr) else {
            return None;
        };
        text.push_str(&syn::parse_str::<syn::LitStr>(&part).ok()?.value());
    }
    Some(Rewritten::quoted(&text))
}

/// Returns the literal for a scope or a client ID without quotes, such as `widgets/read`.
///
/// Returns `None` if the tokens contain something else, such as the name of a constant.
pub(super) fn unquoted(tokens: &TokenStream) -> Option<Rewritten> {
    let mut text = String::new();
    let mut is_name_expected = true;
    let mut count = 0_usize;
    for token in tokens.clone() {
        let is_name = !matches!(token, TokenTree::Punct(_));
        // Between two names without punctuation, a comma is missing.
        if is_name && !is_name_expected {
            return None;
        }
        is_name_expected = !is_name;
        text.push_str(&unquoted_part(&token)?);
        count = count.saturating_add(1);
    }
    (count > 1).then(|| Rewritten::quoted(&text))
}

fn unquoted_part(token: &TokenTree) -> Option<String> {
    match token {
        TokenTree::Ident(name) => {
            let name = name.to_string();
            let is_constant = name.len() > 1 && !name.contains(|c: char| c.is_ascii_lowercase());
            (!is_constant).then_some(name)
        }
        TokenTree::Punct(mark) => "/.:-*~".contains(mark.as_char()).then(|| mark.to_string()),
        TokenTree::Literal(_) => match syn::parse2(token.to_token_stream()).ok()? {
            Lit::Str(text) => Some(text.value()),
            Lit::Int(_) | Lit::Float(_) => Some(token.to_string()),
            _ => None,
        },
        TokenTree::Group(_) => None,
    }
}

fn last_name(path: &Path) -> Option<String> {
    let segment = path.segments.last()?;
    Some(segment.ident.to_string())
}

/// Returns the source code of a short expression, without whitespace.
pub(super) fn source(tokens: &impl ToTokens) -> String {
    let tokens = tokens.to_token_stream().into_iter();
    tokens.map(|token| token.to_string()).collect()
}
