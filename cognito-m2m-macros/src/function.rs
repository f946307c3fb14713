//! Functions whose bodies are not parsed.
//!
//! An editor expands attributes at every keystroke, and a half-typed body is not valid syntax. The
//! guard depends on the signature alone, so the body stays the tokens that it was. That also makes
//! an attribute on a long function as fast as one on a short function.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Signature, Token, Visibility};

/// A function with a parsed signature and an unparsed body.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    /// `default` in front of the signature, in an `impl` that can be specialized.
    default: Option<Token![default]>,
    pub(crate) sig: Signature,
    pub(crate) body: Body,
}

/// The part of a function after its signature.
#[derive(Clone)]
pub(crate) enum Body {
    /// `{ .. }`
    Block(TokenTree),
    /// `;`, in a trait.
    None(Token![;]),
}

impl Body {
    /// Returns the tokens between the braces.
    pub(crate) fn statements(&self) -> TokenStream {
        match self {
            Self::Block(body) => block(body).map_or_else(TokenStream::new, |block| block.stream()),
            Self::None(_) => TokenStream::new(),
        }
    }
}

impl Function {
    /// Returns `true` if a function is next, after its attributes.
    pub(crate) fn is_next(input: ParseStream<'_>) -> bool {
        let ahead = input.fork();
        ahead.call(Attribute::parse_outer).is_ok()
            && ahead.parse::<Visibility>().is_ok()
            && skip_default(&ahead).is_ok()
            && skip_qualifiers(&ahead).is_ok()
            && ahead.peek(Token![fn])
    }
}

impl Function {
    /// Parses an item, or returns `None` if it is not a function with a body.
    ///
    /// Only the tokens in front of the body are read.
    pub(crate) fn parse_item(item: &TokenStream) -> Option<syn::Result<Self>> {
        let mut head: Vec<_> = item.clone().into_iter().collect();
        let body = head.pop_if(|last| is_block(last))?;
        let mut empty = Group::new(Delimiter::Brace, TokenStream::new());
        empty.set_span(body.span());
        head.push(empty.into());
        let parser = |input: ParseStream<'_>| {
            if !Self::is_next(input) {
                input.parse::<TokenStream>()?;
                return Ok(None);
            }
            input.parse().map(Some)
        };
        let parsed = parser.parse2(head.into_iter().collect()).transpose()?;
        Some(parsed.map(|function: Self| Self {
            body: Body::Block(body),
            ..function
        }))
    }
}

/// Returns `true` for `{ .. }`, also as a fragment (`$body:block`) that a macro passed on.
fn is_block(token: &TokenTree) -> bool {
    block(token).is_some()
}

fn block(token: &TokenTree) -> Option<Group> {
    let TokenTree::Group(group) = token else {
        return None;
    };
    match group.delimiter() {
        Delimiter::Brace => Some(group.clone()),
        Delimiter::None => {
            let mut content = group.stream().into_iter();
            let only = content.next()?;
            block(&only).filter(|_| content.next().is_none())
        }
        Delimiter::Parenthesis | Delimiter::Bracket => None,
    }
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self {
            attrs: input.call(Attribute::parse_outer)?,
            vis: input.parse()?,
            default: skip_default(input)?,
            sig: input.parse()?,
            body: input.parse()?,
        })
    }
}

impl Parse for Body {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(Token![;]) {
            return input.parse().map(Self::None);
        }
        let start = input.cursor().span();
        match input.parse()? {
            block if is_block(&block) => Ok(Self::Block(block)),
            _ => Err(syn::Error::new(start, "expected the body of the function")),
        }
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for attribute in &self.attrs {
            attribute.to_tokens(tokens);
        }
        self.vis.to_tokens(tokens);
        self.default.to_tokens(tokens);
        self.sig.to_tokens(tokens);
        self.body.to_tokens(tokens);
    }
}

impl ToTokens for Body {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Block(block) => block.to_tokens(tokens),
            Self::None(semicolon) => semicolon.to_tokens(tokens),
        }
    }
}

fn skip_default(input: ParseStream<'_>) -> syn::Result<Option<Token![default]>> {
    // `default!()` is a macro call.
    if input.peek(Token![default]) && !input.peek2(Token![!]) {
        return input.parse().map(Some);
    }
    Ok(None)
}

fn skip_qualifiers(input: ParseStream<'_>) -> syn::Result<()> {
    input.parse::<Option<Token![const]>>()?;
    input.parse::<Option<Token![async]>>()?;
    input.parse::<Option<Token![unsafe]>>()?;
    input.parse::<Option<syn::Abi>>()?;
    Ok(())
}
