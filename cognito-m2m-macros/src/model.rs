//! The parsed form of an attribute. Spans are kept, so that later checks can point at the source.

use proc_macro2::Span;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{LitBool, LitStr, Path};

/// The requirements of an attribute.
pub(crate) enum Requirements {
    /// The same requirement for every handler.
    Shared(Requirement),
    /// One entry for each handler of a module.
    PerHandler(Vec<Action>),
}

/// An entry of `#[action_scope_map]`: a handler and its requirement.
pub(crate) struct Action {
    pub(crate) key: Key,
    pub(crate) requirement: Requirement,
}

/// The requirement that a request must meet to reach a handler.
pub(crate) enum Requirement {
    Authentication,
    Scopes(Rule),
    Methods(Vec<MethodEntry>),
    Clients(Vec<Client>),
    /// All of these claims.
    Claims(Vec<Claim>),
}

/// An entry of `#[scope_map]`: an HTTP method and its scopes.
pub(crate) struct MethodEntry {
    pub(crate) key: Key,
    pub(crate) rule: Rule,
}

/// The left side of `key = value`.
pub(crate) struct Key {
    pub(crate) text: String,
    pub(crate) span: Span,
    pub(crate) is_quoted: bool,
}

/// The scopes that a token must have.
pub(crate) enum Rule {
    Scope(ConstStr),
    Group(Group),
}

/// Several rules, combined by an operator.
pub(crate) struct Group {
    pub(crate) operator: Operator,
    pub(crate) members: Vec<Rule>,
    pub(crate) span: Span,
}

#[derive(Clone, Copy)]
pub(crate) enum Operator {
    All,
    Any,
    /// The setting `default_scope_match` decides at run time.
    Default,
}

/// A client, or a group of clients, that may call a handler.
pub(crate) enum Client {
    Id(ConstStr),
    Group(ConstStr),
}

/// A claim of the token, and what it must equal.
pub(crate) struct Claim {
    pub(crate) name: ConstStr,
    pub(crate) condition: ClaimCondition,
}

pub(crate) enum ClaimCondition {
    OneOf(Vec<ClaimValue>),
    PathParameter(ConstStr),
}

/// A value that a claim can be compared with.
pub(crate) enum ClaimValue {
    Str(LitStr),
    Bool(LitBool),
    /// An integer in the range of `i64` or `u64`.
    Int(i128, Span),
    /// The path of a constant: a string, a boolean or an integer.
    Const(Path),
}

/// A string that is known at compile time.
pub(crate) enum ConstStr {
    Literal(LitStr),
    /// The path of a constant: a `&'static str`, or for scopes also a `Scope`.
    Path(Path),
}

impl Key {
    /// Returns the key for a path: its names, without generic arguments.
    pub(crate) fn of_path(path: &Path) -> Self {
        let segments = path.segments.iter();
        let names: Vec<_> = segments
            .map(|part| part.ident.unraw().to_string())
            .collect();
        Self {
            text: names.join("::"),
            span: path.span(),
            is_quoted: false,
        }
    }
}

impl Requirements {
    /// Returns all scopes in the requirements.
    pub(crate) fn scopes(&self) -> Vec<&ConstStr> {
        match self {
            Self::Shared(requirement) => requirement.scopes(),
            Self::PerHandler(actions) => {
                let actions = actions.iter();
                actions
                    .flat_map(|action| action.requirement.scopes())
                    .collect()
            }
        }
    }
}

impl Requirement {
    fn scopes(&self) -> Vec<&ConstStr> {
        match self {
            Self::Scopes(rule) => rule.strings(),
            Self::Methods(entries) => entries
                .iter()
                .flat_map(|entry| entry.rule.strings())
                .collect(),
            Self::Authentication | Self::Clients(_) | Self::Claims(_) => Vec::new(),
        }
    }

    /// Returns the paths of all constants in the requirement.
    pub(crate) fn constants(&self) -> impl Iterator<Item = &Path> {
        let strings = match self {
            Self::Authentication | Self::Scopes(_) | Self::Methods(_) => self.scopes(),
            Self::Clients(clients) => clients.iter().map(Client::string).collect(),
            Self::Claims(claims) => claims.iter().flat_map(Claim::strings).collect(),
        };
        let values = match self {
            Self::Claims(claims) => claims.iter().flat_map(Claim::constant_values).collect(),
            _ => Vec::new(),
        };
        strings.into_iter().filter_map(ConstStr::path).chain(values)
    }
}

impl Rule {
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Scope(scope) => scope.span(),
            Self::Group(group) => group.span,
        }
    }

    fn strings(&self) -> Vec<&ConstStr> {
        match self {
            Self::Scope(scope) => vec![scope],
            Self::Group(group) => group.members.iter().flat_map(Self::strings).collect(),
        }
    }
}

impl Operator {
    /// Returns the operator that `any(..)` or `all(..)` starts with.
    pub(crate) fn from_path(path: &Path) -> Option<Self> {
        let operators = [Self::All, Self::Any];
        operators
            .into_iter()
            .find(|operator| path.is_ident(operator.name()))
    }

    /// Returns the name of the function of the runtime crate that implements the operator.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Any => "any",
            Self::Default => "default_match",
        }
    }
}

impl Client {
    /// Returns the client ID or the name of the group.
    pub(crate) fn string(&self) -> &ConstStr {
        match self {
            Self::Id(string) | Self::Group(string) => string,
        }
    }
}

impl Claim {
    /// Returns the name of the claim, and the name of the path parameter.
    fn strings(&self) -> Vec<&ConstStr> {
        match &self.condition {
            ClaimCondition::OneOf(_) => vec![&self.name],
            ClaimCondition::PathParameter(parameter) => vec![&self.name, parameter],
        }
    }

    fn constant_values(&self) -> Vec<&Path> {
        match &self.condition {
            ClaimCondition::OneOf(values) => values.iter().filter_map(ClaimValue::path).collect(),
            ClaimCondition::PathParameter(_) => Vec::new(),
        }
    }
}

impl ClaimValue {
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Str(text) => text.span(),
            Self::Bool(value) => value.span(),
            Self::Int(_, span) => *span,
            Self::Const(path) => path.span(),
        }
    }

    /// Returns the value as source code. Equal values have equal texts, as far as they are known.
    pub(crate) fn source(&self) -> String {
        match self {
            Self::Str(text) => format!("{:?}", text.value()),
            Self::Bool(value) => value.value.to_string(),
            Self::Int(value, _) => value.to_string(),
            Self::Const(path) => path.to_token_stream().to_string(),
        }
    }

    fn path(&self) -> Option<&Path> {
        match self {
            Self::Const(path) => Some(path),
            Self::Str(_) | Self::Bool(_) | Self::Int(..) => None,
        }
    }
}

impl ConstStr {
    fn path(&self) -> Option<&Path> {
        match self {
            Self::Literal(_) => None,
            Self::Path(path) => Some(path),
        }
    }

    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Literal(literal) => literal.span(),
            Self::Path(path) => path.span(),
        }
    }

    /// Returns the literal or the path as source code.
    pub(crate) fn source(&self) -> String {
        let tokens = match self {
            Self::Literal(literal) => literal.to_token_stream(),
            Self::Path(path) => path.to_token_stream(),
        };
        tokens.into_iter().map(|token| token.to_string()).collect()
    }

    /// Returns the span of the last token: the name of a constant, without its module.
    pub(crate) fn end(&self) -> Span {
        match self {
            Self::Literal(literal) => literal.span(),
            Self::Path(path) => path
                .segments
                .last()
                .map_or_else(|| path.span(), Spanned::span),
        }
    }

    /// Returns a key that is equal for equal strings.
    ///
    /// The value of a constant is unknown here, so a literal never equals a constant.
    pub(crate) fn identity(&self) -> String {
        match self {
            Self::Literal(literal) => format!("{:?}", literal.value()),
            Self::Path(path) => path.to_token_stream().to_string(),
        }
    }
}
