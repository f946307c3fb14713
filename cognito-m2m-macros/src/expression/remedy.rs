//! The messages about expressions.

use syn::{Expr, Path, UnOp};

use crate::expression::rewrite::{Rewritten, rewrite, source, unquoted};
use crate::expression::syntax::{Expression, Syntax};

/// The place of a value in an attribute.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// An argument, or a member of a group or list.
    Scopes,
    /// The right side of an entry of a map.
    MapEntry,
    ClientIds,
    ClientGroup,
}

impl Place {
    fn noun(self) -> &'static str {
        match self {
            Self::Scopes | Self::MapEntry => "scope",
            Self::ClientIds => "client ID",
            Self::ClientGroup => "group",
        }
    }

    fn example_constant(self) -> &'static str {
        match self {
            Self::Scopes | Self::MapEntry => "SCOPE",
            Self::ClientIds => "CLIENT",
            Self::ClientGroup => "GROUP",
        }
    }
}

impl Expression {
    /// Returns the error for the expression, with what to write instead.
    pub(crate) fn error(&self, place: Place) -> syn::Error {
        let message = match (self.rewritten(), self.expr()) {
            (Some(value), _) => self.remedy(&value, place),
            (None, Some(Expr::Unary(unary))) if matches!(unary.op, UnOp::Not(_)) => format!(
                "a {} can't be excluded: list those that are allowed",
                place.noun()
            ),
            (None, Some(Expr::Lit(_) | Expr::Range(_) | Expr::Assign(_)) | None) => {
                expected(place).to_owned()
            }
            (None, Some(expr)) => {
                let name = place.example_constant();
                let value = match expr {
                    Expr::Macro(call) => match source(&call.mac.path).as_str() {
                        macro_name @ ("concat" | "env" | "include_str" | "stringify") => {
                            format!("{macro_name}!(..)")
                        }
                        _ => "\"..\"".to_owned(),
                    },
                    Expr::Binary(_) => "concat!(..)".to_owned(),
                    _ => "\"..\"".to_owned(),
                };
                format!(
                    "expected a string literal or the path of a constant: define \
                     `const {name}: &str = {value};` and write `{name}`"
                )
            }
        };
        syn::Error::new_spanned(&self.tokens, message)
    }

    /// Returns the error for an expression where a path is expected, such as `error = |..| ..`.
    ///
    /// `is_function` is `false` if the path is the one of a crate.
    pub(crate) fn path_error(&self, key: &str, is_function: bool) -> syn::Error {
        let message = match self.expr() {
            _ if !is_function => self.crate_error(key),
            Some(expr) => match named_function(expr) {
                Some((path, true)) => {
                    format!("write the function's path without calling it: `{key} = {path}`")
                }
                Some((path, false)) => {
                    format!("expected the path of a function: write `{key} = {path}`")
                }
                None => expected_path(key, is_function),
            },
            None => expected_path(key, is_function),
        };
        syn::Error::new_spanned(&self.tokens, message)
    }

    fn crate_error(&self, key: &str) -> String {
        let path = match self.expr().and_then(named_function) {
            Some((path, _)) => path,
            // The name of a package can contain `-`, and the path of its crate can't.
            None => source(&self.tokens).replace('-', "_"),
        };
        match syn::parse_str::<Path>(&path) {
            Ok(_) => format!("expected the path of a crate: write `{key} = {path}`"),
            Err(_) => expected_path(key, false),
        }
    }

    /// Returns the value that the expression stands for, if it can be known.
    pub(crate) fn rewritten(&self) -> Option<Rewritten> {
        match &self.syntax {
            Syntax::Expr(expr) => rewrite(expr),
            Syntax::Unquoted => unquoted(&self.tokens),
            Syntax::Function => None,
        }
    }

    fn expr(&self) -> Option<&Expr> {
        match &self.syntax {
            Syntax::Expr(expr) => Some(expr),
            Syntax::Unquoted | Syntax::Function => None,
        }
    }

    fn remedy(&self, value: &Rewritten, place: Place) -> String {
        let noun = place.noun();
        let is_operation = matches!(self.expr(), Some(Expr::Binary(_)));
        match value {
            Rewritten::Single(value) if self.lacks_quotes() => {
                format!("write the {noun} in quotes: `{value}`")
            }
            Rewritten::Single(value) => {
                format!("expected a string literal or the path of a constant: write `{value}`")
            }
            Rewritten::Group(name, members) => match place {
                Place::Scopes | Place::MapEntry if name.is_some() && is_operation => {
                    format!("operators can't combine scopes: write `{value}`")
                }
                Place::Scopes | Place::MapEntry if name.is_some() => {
                    format!("expected `any(..)` or `all(..)`: write `{value}`")
                }
                Place::MapEntry => format!("expected a list in brackets: write `[{value}]`"),
                Place::Scopes | Place::ClientIds => {
                    let leaves = value.leaves().join(", ");
                    format!("list the {noun}s as separate arguments: `{leaves}`")
                }
                Place::ClientGroup => {
                    let groups = members.iter().flat_map(Rewritten::leaves);
                    let groups: Vec<_> = groups.map(|name| format!("group = {name}")).collect();
                    format!(
                        "write `group = ..` once for each group: `{}`",
                        groups.join(", ")
                    )
                }
            },
        }
    }

    /// Returns `true` for a scope without quotes, which is parsed as a number, a field or an operation.
    fn lacks_quotes(&self) -> bool {
        match self.expr() {
            None => true,
            Some(Expr::Binary(_) | Expr::Field(_)) => !source(&self.tokens).contains('"'),
            Some(Expr::Lit(literal)) => {
                matches!(literal.lit, syn::Lit::Int(_) | syn::Lit::Float(_))
            }
            Some(_) => false,
        }
    }
}

/// Returns the message for a value that is not accepted.
pub(crate) fn expected(place: Place) -> &'static str {
    match place {
        Place::Scopes | Place::MapEntry => {
            "expected a string literal, the path of a constant, `any(..)` or `all(..)`"
        }
        Place::ClientIds | Place::ClientGroup => {
            "expected a string literal or the path of a constant"
        }
    }
}

/// Returns the message for a value that is no path.
pub(crate) fn expected_path(key: &str, is_function: bool) -> String {
    if is_function {
        format!(
            "expected the path of a function: write \
             `fn refuse(refusal: &Refusal, request: &HttpRequest) -> HttpResponse {{ .. }}` and name \
             it: `{key} = refuse`"
        )
    } else {
        format!("expected `{key} = some::path`")
    }
}

/// Returns the path of the function that an expression contains, and `true` if it is called.
fn named_function(expr: &Expr) -> Option<(String, bool)> {
    match expr {
        Expr::Path(path) if path.qself.is_none() => Some((source(&path.path), false)),
        Expr::Paren(inner) => named_function(&inner.expr),
        Expr::Group(inner) => named_function(&inner.expr),
        Expr::Reference(inner) => named_function(&inner.expr),
        Expr::Cast(inner) => named_function(&inner.expr),
        Expr::Call(call) => match call.args.first() {
            None => named_function(&call.func).map(|(path, _)| (path, true)),
            // `Some(refuse)`
            Some(argument) if call.args.len() == 1 => match argument {
                Expr::Path(_) => named_function(argument),
                _ => None,
            },
            Some(_) => None,
        },
        _ => None,
    }
}
