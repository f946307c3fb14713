//! The items of a module, parsed only as far as a guard needs: the bodies of functions stay tokens.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseBuffer, ParseStream};
use syn::token::Brace;
use syn::{Attribute, Ident, Item, Token, Visibility, braced};

use crate::function::Function;

/// A module.
#[derive(Clone)]
pub(crate) struct Module {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    unsafety: Option<Token![unsafe]>,
    pub(crate) mod_token: Token![mod],
    pub(crate) ident: Ident,
    /// `None` for a module in another file.
    pub(crate) content: Option<Content>,
    semicolon: Option<Token![;]>,
}

/// The content of an inline module.
#[derive(Clone)]
pub(crate) struct Content {
    braces: Brace,
    inner_attrs: Vec<Attribute>,
    pub(crate) items: Vec<ModuleItem>,
}

/// An item of a module.
#[derive(Clone)]
pub(crate) enum ModuleItem {
    Fn(Function),
    Mod(Module),
    /// An `impl` or a `trait`.
    Block(AssociatedBlock),
    /// A constant or a static.
    Value(ValueItem),
    Other(Item),
    /// An item with a syntax error, or in syntax that `syn` does not know.
    Unknown(TokenStream, syn::Error),
    /// A guarded handler with the items of its guard, or another item with generated checks.
    Guarded(TokenStream),
}

/// An `impl` or a `trait`.
#[derive(Clone)]
pub(crate) struct AssociatedBlock {
    pub(crate) attrs: Vec<Attribute>,
    /// The tokens between the attributes and the braces.
    pub(crate) header: TokenStream,
    braces: Brace,
    inner_attrs: Vec<Attribute>,
    pub(crate) members: Vec<Member>,
}

/// A member of an `impl` or a `trait`.
#[derive(Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "members live only while one attribute expands"
)]
pub(crate) enum Member {
    Fn(Function),
    Value(ValueItem),
    /// A type, a macro call, or syntax that this crate does not know.
    Other {
        attrs: Vec<Attribute>,
        tokens: TokenStream,
    },
}

/// A `const` or a `static`, with an unparsed initializer.
#[derive(Clone)]
pub(crate) struct ValueItem {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    /// The tokens from the keyword to the semicolon.
    pub(crate) tokens: TokenStream,
}

impl Module {
    /// Returns `true` if a module is next, after its attributes.
    pub(crate) fn is_next(input: ParseStream<'_>) -> bool {
        after_attributes(input).is_ok_and(|ahead| {
            ahead.peek(Token![mod]) || (ahead.peek(Token![unsafe]) && ahead.peek2(Token![mod]))
        })
    }
}

impl Parse for Module {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut module = Self {
            attrs: input.call(Attribute::parse_outer)?,
            vis: input.parse()?,
            unsafety: input.parse()?,
            mod_token: input.parse()?,
            ident: input.parse()?,
            content: None,
            semicolon: None,
        };
        if input.peek(Token![;]) {
            module.semicolon = input.parse()?;
        } else {
            module.content = Some(input.parse()?);
        }
        Ok(module)
    }
}

impl Parse for Content {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let content;
        Ok(Self {
            braces: braced!(content in input),
            inner_attrs: content.call(Attribute::parse_inner)?,
            items: parse_all(&content)?,
        })
    }
}

impl ModuleItem {
    /// Returns the attributes of the item, or `None` if the item does not show them.
    pub(crate) fn attributes(&mut self) -> Option<&mut Vec<Attribute>> {
        Some(match self {
            Self::Fn(item) => &mut item.attrs,
            Self::Mod(item) => &mut item.attrs,
            Self::Block(item) => &mut item.attrs,
            Self::Value(item) => &mut item.attrs,
            Self::Other(Item::Enum(item)) => &mut item.attrs,
            Self::Other(Item::ExternCrate(item)) => &mut item.attrs,
            Self::Other(Item::ForeignMod(item)) => &mut item.attrs,
            Self::Other(Item::Macro(item)) => &mut item.attrs,
            Self::Other(Item::Struct(item)) => &mut item.attrs,
            Self::Other(Item::TraitAlias(item)) => &mut item.attrs,
            Self::Other(Item::Type(item)) => &mut item.attrs,
            Self::Other(Item::Union(item)) => &mut item.attrs,
            Self::Other(Item::Use(item)) => &mut item.attrs,
            Self::Other(_) | Self::Unknown(..) | Self::Guarded(_) => return None,
        })
    }
}

impl Parse for ModuleItem {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let ahead = after_attributes(input)?;
        if Function::is_next(input) {
            input.parse().map(Self::Fn)
        } else if Module::is_next(input) {
            input.parse().map(Self::Mod)
        } else if ValueItem::is_next(&ahead) {
            input.parse().map(Self::Value)
        } else if AssociatedBlock::is_next(&ahead) {
            input.parse().map(Self::Block)
        } else {
            parse_other(input)
        }
    }
}

/// Parses an item without a body. After a syntax error, parsing continues after the item.
fn parse_other(input: ParseStream<'_>) -> syn::Result<ModuleItem> {
    let ahead = input.fork();
    match ahead.parse() {
        Ok(Item::Verbatim(tokens)) => {
            input.advance_to(&ahead);
            let error = syn::Error::new_spanned(&tokens, "unknown syntax");
            Ok(ModuleItem::Unknown(tokens, error))
        }
        Ok(item) => {
            input.advance_to(&ahead);
            Ok(ModuleItem::Other(item))
        }
        Err(error) => Ok(ModuleItem::Unknown(parse_to_end(input)?, error)),
    }
}

impl AssociatedBlock {
    /// Returns `true` if an `impl` or a `trait` is next, without attributes.
    fn is_next(input: ParseStream<'_>) -> bool {
        let ahead = input.fork();
        while ahead.peek(Token![unsafe])
            || ahead.peek(Token![const])
            || (ahead.peek(Token![auto]) && ahead.peek2(Token![trait]))
            || (ahead.peek(Token![default]) && !ahead.peek2(Token![!]))
        {
            if ahead.parse::<TokenTree>().is_err() {
                return false;
            }
        }
        ahead.peek(Token![impl]) || ahead.peek(Token![trait])
    }
}

impl Parse for AssociatedBlock {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let mut header = TokenStream::new();
        while !is_body_next(input) {
            header.extend([input.parse::<TokenTree>()?]);
        }
        let content;
        Ok(Self {
            attrs,
            header,
            braces: braced!(content in input),
            inner_attrs: content.call(Attribute::parse_inner)?,
            members: parse_all(&content)?,
        })
    }
}

impl Parse for Member {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if Function::is_next(input) {
            return input.parse().map(Self::Fn);
        }
        if ValueItem::is_next(&after_attributes(input)?) {
            return input.parse().map(Self::Value);
        }
        Ok(Self::Other {
            attrs: input.call(Attribute::parse_outer)?,
            tokens: parse_to_end(input)?,
        })
    }
}

impl ValueItem {
    /// Returns `true` if a `const` or a `static` is next, without attributes.
    fn is_next(input: ParseStream<'_>) -> bool {
        if input.peek(Token![static]) {
            return true;
        }
        // Not `const fn`, `const trait` or `const { .. }`.
        input.peek(Token![const])
            && (input.peek2(Token![_]) || input.peek2(Ident))
            && !input.peek2(Token![unsafe])
    }
}

impl Parse for ValueItem {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let mut tokens = TokenStream::new();
        while !input.peek(Token![;]) {
            tokens.extend([input.parse::<TokenTree>()?]);
        }
        input.parse::<Token![;]>()?.to_tokens(&mut tokens);
        Ok(Self { attrs, vis, tokens })
    }
}

fn after_attributes<'i>(input: ParseStream<'i>) -> syn::Result<ParseBuffer<'i>> {
    let ahead = input.fork();
    ahead.call(Attribute::parse_outer)?;
    ahead.parse::<Visibility>()?;
    Ok(ahead)
}

fn parse_all<T: Parse>(content: ParseStream<'_>) -> syn::Result<Vec<T>> {
    let mut parsed = Vec::new();
    while !content.is_empty() {
        parsed.push(content.parse()?);
    }
    Ok(parsed)
}

/// Returns `true` if the braces of an `impl` or `trait` are next, and not those of a generic argument
/// such as `{ N }`.
fn is_body_next(input: ParseStream<'_>) -> bool {
    input.peek(Brace) && !input.peek2(Token![,]) && !input.peek2(Token![>])
}

/// Parses a member up to its `;`, or to the end of its braces.
fn parse_to_end(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    loop {
        let token: TokenTree = input.parse()?;
        let is_last = match &token {
            TokenTree::Punct(mark) => mark.as_char() == ';',
            TokenTree::Group(group) => {
                group.delimiter() == Delimiter::Brace && !input.peek(Token![;])
            }
            TokenTree::Ident(_) | TokenTree::Literal(_) => false,
        };
        tokens.extend([token]);
        if is_last || input.is_empty() {
            return Ok(tokens);
        }
    }
}

impl ToTokens for Module {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        append_all(&self.attrs, tokens);
        self.vis.to_tokens(tokens);
        self.unsafety.to_tokens(tokens);
        self.mod_token.to_tokens(tokens);
        self.ident.to_tokens(tokens);
        if let Some(content) = &self.content {
            append_braces(content.braces, &content.inner_attrs, &content.items, tokens);
        }
        self.semicolon.to_tokens(tokens);
    }
}

impl ToTokens for ModuleItem {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Fn(function) => function.to_tokens(tokens),
            Self::Mod(module) => module.to_tokens(tokens),
            Self::Block(block) => block.to_tokens(tokens),
            Self::Value(value) => value.to_tokens(tokens),
            Self::Other(item) => item.to_tokens(tokens),
            Self::Unknown(item, _) => item.to_tokens(tokens),
            Self::Guarded(items) => items.to_tokens(tokens),
        }
    }
}

impl ToTokens for AssociatedBlock {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        append_all(&self.attrs, tokens);
        self.header.to_tokens(tokens);
        append_braces(self.braces, &self.inner_attrs, &self.members, tokens);
    }
}

impl ToTokens for Member {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Fn(function) => function.to_tokens(tokens),
            Self::Value(value) => value.to_tokens(tokens),
            Self::Other {
                attrs,
                tokens: rest,
            } => {
                append_all(attrs, tokens);
                rest.to_tokens(tokens);
            }
        }
    }
}

impl ToTokens for ValueItem {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        append_all(&self.attrs, tokens);
        self.vis.to_tokens(tokens);
        self.tokens.to_tokens(tokens);
    }
}

fn append_braces(
    braces: Brace,
    inner_attrs: &[Attribute],
    content: &[impl ToTokens],
    tokens: &mut TokenStream,
) {
    braces.surround(tokens, |tokens| {
        append_all(inner_attrs, tokens);
        append_all(content, tokens);
    });
}

fn append_all(parts: &[impl ToTokens], tokens: &mut TokenStream) {
    for part in parts {
        part.to_tokens(tokens);
    }
}
