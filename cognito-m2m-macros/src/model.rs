//! What an attribute says, with the places where it says so.

use proc_macro2::Span;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{LitStr, Path};

use crate::arguments::Key;

/// What an attribute asks.
pub(crate) enum Asks {
    /// The same of the callers of every handler.
    ForAll(Requirement),
    /// Something else for each handler of a module.
    ForEach(Vec<Action>),
}

/// What one handler of a module asks.
pub(crate) struct Action {
    pub(crate) key: Key,
    pub(crate) requirement: Requirement,
}

/// What a handler asks of its caller.
pub(crate) enum Requirement {
    Authentication,
    Scopes(Rule),
    Methods(Vec<Entry>),
    Clients(Vec<Client>),
}

/// The rule of one method.
pub(crate) struct Entry {
    pub(crate) key: Key,
    pub(crate) rule: Rule,
}

/// Which scopes are needed.
pub(crate) enum Rule {
    Scope(Text),
    Group(Group),
}

/// Several rules, and how many of them must hold.
pub(crate) struct Group {
    pub(crate) operator: Operator,
    pub(crate) members: Vec<Rule>,
    pub(crate) span: Span,
}

#[derive(Clone, Copy)]
pub(crate) enum Operator {
    All,
    Any,
    /// As the settings say.
    Default,
}

/// Who may call.
pub(crate) enum Client {
    Id(Text),
    Group(Text),
}

/// A text that is known while compiling: written out, or the path of a `const`.
pub(crate) enum Text {
    Literal(LitStr),
    Constant(Path),
}

impl Requirement {
    /// The paths of constants in it.
    pub(crate) fn constants(&self) -> impl Iterator<Item = &Path> {
        let texts = match self {
            Self::Authentication => Vec::new(),
            Self::Scopes(rule) => rule.texts(),
            Self::Methods(entries) => entries
                .iter()
                .flat_map(|entry| entry.rule.texts())
                .collect(),
            Self::Clients(clients) => clients.iter().map(Client::text).collect(),
        };
        texts.into_iter().filter_map(|text| match text {
            Text::Literal(_) => None,
            Text::Constant(path) => Some(path),
        })
    }
}

impl Client {
    pub(crate) fn text(&self) -> &Text {
        match self {
            Self::Id(text) | Self::Group(text) => text,
        }
    }
}

impl Operator {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Any => "any",
            Self::Default => "default_match",
        }
    }
}

impl Rule {
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Scope(text) => text.span(),
            Self::Group(group) => group.span,
        }
    }

    fn texts(&self) -> Vec<&Text> {
        match self {
            Self::Scope(text) => vec![text],
            Self::Group(group) => group.members.iter().flat_map(Self::texts).collect(),
        }
    }
}

impl Text {
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Literal(literal) => literal.span(),
            Self::Constant(path) => path.span(),
        }
    }

    /// Where the last part of it stands.
    pub(crate) fn end(&self) -> Span {
        match self {
            Self::Literal(literal) => literal.span(),
            Self::Constant(path) => path
                .segments
                .last()
                .map_or_else(|| path.span(), Spanned::span),
        }
    }

    /// What two equal texts have in common; a literal and a constant are never known to be equal.
    pub(crate) fn identity(&self) -> String {
        match self {
            Self::Literal(literal) => format!("{:?}", literal.value()),
            Self::Constant(path) => path.to_token_stream().to_string(),
        }
    }
}
