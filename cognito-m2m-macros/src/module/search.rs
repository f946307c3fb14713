//! Finds code that could be a handler in the tokens of a body or of an initializer.

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;

use crate::module::builtin::is_builtin_meta;
use crate::module::futures::FutureNames;
use crate::module::handler_traits::{is_handler_trait, renamed_traits};
use crate::module::unguarded::Unguarded;
use crate::module::well_known::{
    HiddenNames, MacroPath, hiding_imports, is_crate, is_well_known_name,
};
use crate::rewritten::has_async;

/// The functions of Actix whose argument is a handler.
const MOUNTING: [&str; 10] = [
    "default_service",
    "delete",
    "get",
    "head",
    "patch",
    "post",
    "put",
    "route",
    "to",
    "trace",
];

/// The code that is reported.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Forbidden {
    /// Everything that could be a handler, and every macro call that could contain one.
    AnyHandler,
    /// Only functions, and closures that are passed to Actix. For the body of an `async` method, in
    /// which other `async` code is usual.
    Mounted,
    /// Only `async` code. For the body of a macro.
    Async,
}

/// A search in the tokens of one item.
pub(super) struct Search<'a> {
    pub(super) hidden: &'a HiddenNames,
    pub(super) futures: &'a FutureNames,
    pub(super) forbidden: Forbidden,
    pub(super) found: Vec<(Span, Unguarded)>,
}

impl Search<'_> {
    pub(super) fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        for (position, token) in tokens.iter().enumerate() {
            let before = tokens.get(..position).unwrap_or_default();
            let after = tokens.get(position.saturating_add(1)..).unwrap_or_default();
            match token {
                TokenTree::Group(group) => self.group(group, before, after),
                TokenTree::Ident(word) => self.word(word, after),
                TokenTree::Punct(mark) => self.mark(mark, before, after),
                TokenTree::Literal(_) => {}
            }
        }
    }

    fn report(&mut self, at: Span, unguarded: Unguarded) {
        self.found.push((at, unguarded));
    }

    fn group(&mut self, group: &Group, before: &[TokenTree], after: &[TokenTree]) {
        if is_attribute(group, before) {
            if self.forbidden != Forbidden::Async && is_custom(group) && is_function(after) {
                self.report(group.span(), Unguarded::NestedFunction);
            }
        } else if self.forbidden != Forbidden::Async && is_mounted_closure(group, before) {
            self.report(group.span_open(), Unguarded::Closure);
        } else {
            self.tokens(group.stream());
        }
    }

    fn word(&mut self, word: &Ident, after: &[TokenTree]) {
        if word == "async" {
            if is_async_function(after) && self.forbidden != Forbidden::Async {
                self.report(word.span(), Unguarded::NestedFunction);
            } else if self.forbidden != Forbidden::Mounted {
                self.report(word.span(), Unguarded::Async);
            }
        }
        if self.forbidden == Forbidden::AnyHandler {
            self.hidden_names(word, after);
        }
        if word == "fn" && self.forbidden != Forbidden::Async && self.returns_future(after) {
            self.report(word.span(), Unguarded::NestedFunction);
        }
        if self.forbidden != Forbidden::Async
            && let Some(at) = implemented_handler_trait(word, after)
        {
            self.report(at, Unguarded::HandlerImpl);
        }
    }

    /// Reports names in a body that hide a well-known macro or its crate.
    fn hidden_names(&mut self, word: &Ident, after: &[TokenTree]) {
        if word == "use" {
            let tree = after.iter().take_while(|token| !is_mark(token, ';'));
            let Ok(tree) = syn::parse2(tree.cloned().collect()) else {
                return;
            };
            for at in hiding_imports(&tree) {
                self.report(at, Unguarded::HiddenMacro);
            }
            for at in renamed_traits(&tree) {
                self.report(at, Unguarded::HiddenTrait);
            }
        }
        // `extern crate other as tracing;`
        if word == "crate"
            && let [_, TokenTree::Ident(renamed), TokenTree::Ident(name), ..] = after
            && renamed == "as"
            && is_crate(&name.unraw().to_string())
        {
            self.report(name.span(), Unguarded::HiddenMacro);
        }
        if word == "mod"
            && let Some(TokenTree::Ident(name)) = after.first()
            && is_crate(&name.unraw().to_string())
        {
            self.report(name.span(), Unguarded::HiddenMacro);
        }
    }

    /// Returns `true` for a function with a name, and not for a type such as `fn() -> u8`.
    fn returns_future(&self, after: &[TokenTree]) -> bool {
        let is_signature = |token: &&TokenTree| match token {
            TokenTree::Group(group) => group.delimiter() != Delimiter::Brace,
            TokenTree::Punct(mark) => mark.as_char() != ';',
            TokenTree::Ident(_) | TokenTree::Literal(_) => true,
        };
        let signature: Vec<_> = after.iter().take_while(is_signature).collect();
        let arguments = |token: &&&TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis);
        let has_name = matches!(signature.first(), Some(TokenTree::Ident(_)));
        let Some(position) = signature.iter().position(|token| arguments(&token)) else {
            return false;
        };
        let output = signature.get(position.saturating_add(1)..);
        let output = output.unwrap_or_default().iter().copied().cloned();
        has_name && self.futures.are_likely_in(&output.collect())
    }

    fn mark(&mut self, mark: &Punct, before: &[TokenTree], after: &[TokenTree]) {
        match mark.as_char() {
            '!' if mark.spacing() == Spacing::Alone => self.macro_call(before, after),
            '|' if self.forbidden == Forbidden::AnyHandler && starts_closure(before) => {
                let body = closure_body(after);
                if !has_async(body.clone()) && self.futures.are_in(body) {
                    self.report(mark.span(), Unguarded::Closure);
                }
            }
            _ => {}
        }
    }

    fn macro_call(&mut self, before: &[TokenTree], after: &[TokenTree]) {
        let (at, path) = match before.last() {
            Some(TokenTree::Ident(name)) if is_macro_name(name) => (name.span(), path(before)),
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::None => {
                let segments = vec![group.stream().to_string()];
                (
                    group.span(),
                    MacroPath {
                        is_global: false,
                        segments,
                    },
                )
            }
            _ => return,
        };
        let is_insertion = path.segments.last().is_some_and(|name| name == "include");
        match after {
            [TokenTree::Ident(name), TokenTree::Group(_), ..]
                if is_well_known_name(&name.unraw().to_string()) =>
            {
                self.report(name.span(), Unguarded::HiddenMacro);
            }
            [TokenTree::Group(_), ..] => {
                let is_forbidden = match self.forbidden {
                    Forbidden::AnyHandler => !self.hidden.is_well_known(&path),
                    Forbidden::Async => is_insertion,
                    Forbidden::Mounted => false,
                };
                if is_forbidden {
                    self.report(at, Unguarded::MacroCall);
                }
            }
            _ => {}
        }
    }
}

/// Returns the place of the trait in `impl Handler<..> for Type {`.
fn implemented_handler_trait(word: &Ident, after: &[TokenTree]) -> Option<Span> {
    let is_header = |token: &&TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() != Delimiter::Brace,
        TokenTree::Punct(mark) => mark.as_char() != ';',
        TokenTree::Ident(_) | TokenTree::Literal(_) => true,
    };
    let is_word = |token: &TokenTree| match token {
        TokenTree::Ident(word) => is_handler_trait(&word.to_string()),
        _ => false,
    };
    let header = after.iter().take_while(is_header);
    let is_for = |token: &TokenTree| matches!(token, TokenTree::Ident(word) if word == "for");
    let implemented: Vec<_> = header.clone().take_while(|token| !is_for(token)).collect();
    let has_type = header.count() > implemented.len();
    let found = implemented.into_iter().find(|token| is_word(token))?;
    (word == "impl" && has_type).then(|| found.span())
}

/// Returns `true` for the brackets of `#[..]` and `#![..]`.
fn is_attribute(group: &Group, before: &[TokenTree]) -> bool {
    let before = match before {
        [before @ .., mark] if is_mark(mark, '!') => before,
        _ => before,
    };
    group.delimiter() == Delimiter::Bracket
        && before.last().is_some_and(|token| is_mark(token, '#'))
}

/// Returns `true` for an attribute that could be a macro.
fn is_custom(attribute: &Group) -> bool {
    !syn::parse2(attribute.stream()).is_ok_and(|meta| is_builtin_meta(&meta))
}

/// Returns `true` for tokens that start with a function, after other attributes.
fn is_function(mut tokens: &[TokenTree]) -> bool {
    while let [mark, TokenTree::Group(_), rest @ ..] = tokens
        && is_mark(mark, '#')
    {
        tokens = rest;
    }
    let is_qualifier = |token: &&TokenTree| match token {
        TokenTree::Ident(word) => ["pub", "const", "async", "unsafe", "safe", "extern"]
            .iter()
            .any(|qualifier| word == qualifier),
        TokenTree::Group(visibility) => visibility.delimiter() == Delimiter::Parenthesis,
        TokenTree::Literal(_) => true,
        TokenTree::Punct(_) => false,
    };
    let function = tokens.iter().find(|token| !is_qualifier(token));
    matches!(function, Some(TokenTree::Ident(word)) if word == "fn")
}

/// Returns `true` for the tokens after `async` in `async unsafe extern "C" fn`.
fn is_async_function(after: &[TokenTree]) -> bool {
    matches!(after.first(), Some(TokenTree::Ident(_))) && is_function(after)
}

/// Returns `true` for the parentheses of `.to(|| ..)` and `web::to(move || ..)`.
fn is_mounted_closure(arguments: &Group, before: &[TokenTree]) -> bool {
    let [.., separator, TokenTree::Ident(function)] = before else {
        return false;
    };
    let is_called = is_mark(separator, '.') || is_mark(separator, ':');
    let mut arguments = arguments.stream().into_iter();
    let first = match arguments.next() {
        Some(TokenTree::Ident(word)) if word == "move" => arguments.next(),
        first => first,
    };
    is_called
        && MOUNTING.iter().any(|mounting| function == mounting)
        && first.is_some_and(|token| is_mark(&token, '|'))
}

/// Returns `true` for a `|` that is no operator: there is no operand in front of it.
fn starts_closure(before: &[TokenTree]) -> bool {
    match before.last() {
        None => true,
        Some(TokenTree::Punct(mark)) => !matches!(mark.as_char(), '|' | '?'),
        Some(TokenTree::Ident(word)) => !is_macro_name(word),
        Some(TokenTree::Group(_) | TokenTree::Literal(_)) => false,
    }
}

/// Returns the tokens after the parameters of a closure, up to the end of the expression.
fn closure_body(after: &[TokenTree]) -> TokenStream {
    let is_end = |token: &&TokenTree| is_mark(token, ',') || is_mark(token, ';');
    let body = after
        .iter()
        .skip_while(|token| !is_mark(token, '|'))
        .skip(1);
    body.take_while(|token| !is_end(token)).cloned().collect()
}

fn is_mark(token: &TokenTree, expected: char) -> bool {
    matches!(token, TokenTree::Punct(mark) if mark.as_char() == expected)
}

/// Returns `true` for an identifier. After a keyword, `!` is an operator.
fn is_macro_name(word: &Ident) -> bool {
    syn::parse2::<Ident>(TokenTree::from(word.clone()).into()).is_ok()
}

/// Returns the path at the end of the tokens.
fn path(tokens: &[TokenTree]) -> MacroPath {
    let mut segments = Vec::new();
    let mut is_global = false;
    let mut rest = tokens;
    while let Some((TokenTree::Ident(name), before)) = rest.split_last()
        && is_path_segment(name)
    {
        segments.insert(0, name.unraw().to_string());
        is_global = false;
        rest = match before {
            [before @ .., first, second] if is_mark(first, ':') && is_mark(second, ':') => {
                is_global = true;
                before
            }
            _ => break,
        };
    }
    MacroPath {
        is_global,
        segments,
    }
}

fn is_path_segment(word: &Ident) -> bool {
    let is_path_keyword = ["crate", "self", "super", "Self"]
        .iter()
        .any(|keyword| word == keyword);
    is_path_keyword || is_macro_name(word)
}
