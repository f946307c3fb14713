//! Constants of scopes in attributes, of the type `&'static str` or [`Scope`].
//!
//! An attribute doesn't know the type of a constant, and a constant can't call a method of a trait. So
//! the value is wrapped in a type that has a method of the same name for each accepted type.

use std::borrow::Cow;

use crate::policy::ScopeRule;
use crate::scope::Scope;

/// A reference to a constant that an attribute names.
#[derive(Debug)]
pub struct ScopeConstant<T>(pub T);

impl ScopeConstant<&'static &'static str> {
    /// Creates a rule that requires the scope.
    ///
    /// # Panics
    ///
    /// Panics, at compile time, if the scope is invalid.
    #[must_use]
    pub const fn scope_rule(self) -> ScopeRule {
        ScopeRule::Scope(Scope::from_static(self.0))
    }
}

impl ScopeConstant<&'static Scope> {
    /// Creates a rule that requires the scope.
    #[must_use]
    pub const fn scope_rule(self) -> ScopeRule {
        ScopeRule::Scope(Scope::from_constant(self.0))
    }
}

impl ScopeConstant<&'static &'static Scope> {
    /// Creates a rule that requires the scope.
    #[must_use]
    pub const fn scope_rule(self) -> ScopeRule {
        ScopeRule::Scope(Scope::from_constant(self.0))
    }
}

/// The types of constants that attributes accept as scopes.
#[diagnostic::on_unimplemented(
    message = "a constant of the type `{Self}` is not a scope",
    label = "expected a `&'static str` or a `Scope`",
    note = "define the constant as `const READ: &str = \"widgets/read\"` or as \
            `const READ: Scope = Scope::from_static(\"widgets/read\")`"
)]
pub trait ScopeType {}

impl ScopeType for &'static str {}
impl ScopeType for Scope {}
impl ScopeType for &'static Scope {}

/// The method of constants of all other types, which is never called: it makes rustc report the type
/// with the message of `ScopeType`.
pub trait OtherConstant<T> {
    /// Fails to compile.
    fn scope_rule(self) -> ScopeRule
    where
        T: ScopeType;
}

impl<T> OtherConstant<T> for ScopeConstant<&'static T> {
    fn scope_rule(self) -> ScopeRule
    where
        T: ScopeType,
    {
        ScopeRule::Any(Cow::Borrowed(&[]))
    }
}
