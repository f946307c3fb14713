//! The tokens of an expression.

use proc_macro2::{Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use syn::parse::ParseStream;
use syn::parse::discouraged::Speculative;
use syn::spanned::Spanned;
use syn::{Expr, Path, Token};

use crate::argument_end::is_end;
use crate::expression::rewrite::unquoted;

/// The tokens of an argument that is not an accepted value.
pub(crate) struct Expression {
    pub(super) tokens: TokenStream,
    pub(super) syntax: Syntax,
}

pub(super) enum Syntax {
    Expr(Box<Expr>),
    /// Tokens that would be a scope if they were in quotes, such as `widgets:read`.
    Unquoted,
    /// A function without a name, or a closure with a half-typed body.
    Function,
}

impl Expression {
    /// Parses the rest of an argument, up to the comma. Returns `None` and consumes nothing if it
    /// can't be recognized.
    pub(crate) fn parse(input: ParseStream<'_>) -> Option<Self> {
        let ahead = input.fork();
        let start = input.cursor();
        if let Ok(expr) = ahead.parse::<Expr>()
            && is_end(&ahead)
        {
            let tokens = tokens_between(start, ahead.cursor());
            input.advance_to(&ahead);
            let syntax = Syntax::Expr(Box::new(expr));
            return Some(Self { tokens, syntax });
        }
        let ahead = input.fork();
        let is_function = input.peek(Token![fn]) || skip_closure_parameters(&ahead);
        while !is_end(&ahead) {
            ahead.parse::<TokenTree>().ok()?;
        }
        let tokens = tokens_between(start, ahead.cursor());
        let syntax = if is_function {
            Syntax::Function
        } else if let Some(expr) = parse_words(&tokens) {
            Syntax::Expr(Box::new(expr))
        } else if unquoted(&tokens).is_some() {
            Syntax::Unquoted
        } else {
            return None;
        };
        input.advance_to(&ahead);
        Some(Self { tokens, syntax })
    }

    /// Returns the path if the expression is the path of a constant with generic arguments.
    pub(crate) fn into_path(self) -> Result<Path, Self> {
        match &self.syntax {
            Syntax::Expr(expr) => match &**expr {
                Expr::Path(path) if path.qself.is_none() => Ok(path.path.clone()),
                _ => Err(self),
            },
            Syntax::Unquoted | Syntax::Function => Err(self),
        }
    }

    pub(crate) fn span(&self) -> Span {
        self.tokens.span()
    }
}

/// Takes the tokens of an argument, up to the comma. The parameters of a closure contain commas too.
pub(crate) fn take_argument(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let start = input.cursor();
    while !is_end(input) {
        let token = input.parse()?;
        if matches!(token, TokenTree::Punct(mark) if matches!(mark.as_char(), '=' | ':')) {
            skip_closure_parameters(input);
        }
    }
    Ok(tokens_between(start, input.cursor()))
}

fn tokens_between(start: syn::buffer::Cursor<'_>, end: syn::buffer::Cursor<'_>) -> TokenStream {
    let mut tokens = TokenStream::new();
    let mut rest = start;
    while rest != end
        && let Some((token, after)) = rest.token_tree()
    {
        tokens.extend([token]);
        rest = after;
    }
    tokens
}

/// Skips the parameters of a closure, which contain commas. Returns `false` if there is none.
fn skip_closure_parameters(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let parsed = || -> syn::Result<()> {
        ahead.parse::<Option<Token![static]>>()?;
        ahead.parse::<Option<Token![async]>>()?;
        ahead.parse::<Option<Token![move]>>()?;
        ahead.parse::<Token![|]>()?;
        while !ahead.peek(Token![|]) {
            ahead.parse::<TokenTree>()?;
        }
        ahead.parse::<Token![|]>()?;
        Ok(())
    };
    let is_closure = parsed().is_ok();
    if is_closure {
        input.advance_to(&ahead);
    }
    is_closure
}

/// Parses `"a" or "b"` as `"a" || "b"`, and `and` as `&&`.
fn parse_words(tokens: &TokenStream) -> Option<Expr> {
    let replaced: TokenStream = tokens
        .clone()
        .into_iter()
        .flat_map(with_operators)
        .collect();
    match syn::parse2(replaced).ok()? {
        operation @ Expr::Binary(_) => Some(operation),
        _ => None,
    }
}

fn with_operators(token: TokenTree) -> Vec<TokenTree> {
    match token {
        TokenTree::Ident(word) => match operator(&word) {
            Some(operator) => {
                let first = Punct::new(operator, Spacing::Joint);
                let second = Punct::new(operator, Spacing::Alone);
                vec![first.into(), second.into()]
            }
            None => vec![word.into()],
        },
        TokenTree::Group(group) => {
            let inner = group.stream().into_iter().flat_map(with_operators);
            vec![Group::new(group.delimiter(), inner.collect()).into()]
        }
        other => vec![other],
    }
}

fn operator(word: &Ident) -> Option<char> {
    match word.to_string().to_ascii_lowercase().as_str() {
        "or" => Some('|'),
        "and" => Some('&'),
        _ => None,
    }
}
