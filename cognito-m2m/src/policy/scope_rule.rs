use std::borrow::Cow;

use crate::scope::{InvalidScope, Scope, ScopeSet};
use crate::scope_match::ScopeMatch;

/// A rule for scopes: one scope, or all or any of several rules.
///
/// An empty list is never satisfied.
///
/// # Examples
///
/// ```
/// use cognito_m2m::policy::ScopeRule;
/// use cognito_m2m::scope::Scope;
///
/// // Either `a`, or both `b` and `c`.
/// let rule = ScopeRule::Any(vec![
///     ScopeRule::Scope(Scope::new("a")?),
///     ScopeRule::all(["b", "c"])?,
/// ].into());
/// # Ok::<(), cognito_m2m::scope::InvalidScope>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScopeRule {
    /// Exactly this scope.
    Scope(Scope),
    /// All of these rules.
    All(Cow<'static, [ScopeRule]>),
    /// At least one of these rules.
    Any(Cow<'static, [ScopeRule]>),
    /// All or any of these rules, as the setting `default_scope_match` specifies.
    Default(Cow<'static, [ScopeRule]>),
}

impl ScopeRule {
    /// Creates a rule that requires all of these scopes.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidScope`] for the first invalid scope.
    pub fn all<S: Into<Cow<'static, str>>>(
        scopes: impl IntoIterator<Item = S>,
    ) -> Result<Self, InvalidScope> {
        scopes_of(scopes).map(Self::All)
    }

    /// Creates a rule that requires at least one of these scopes.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidScope`] for the first invalid scope.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::policy::ScopeRule;
    ///
    /// let either = ScopeRule::any(["widgets/read", "widgets/admin"])?;
    /// assert_ne!(either, ScopeRule::all(["widgets/read", "widgets/admin"])?);
    /// # Ok::<(), cognito_m2m::scope::InvalidScope>(())
    /// ```
    pub fn any<S: Into<Cow<'static, str>>>(
        scopes: impl IntoIterator<Item = S>,
    ) -> Result<Self, InvalidScope> {
        scopes_of(scopes).map(Self::Any)
    }

    pub(crate) fn default_match<S: Into<Cow<'static, str>>>(
        scopes: impl IntoIterator<Item = S>,
    ) -> Result<Self, InvalidScope> {
        scopes_of(scopes).map(Self::Default)
    }

    #[inline(always)]
    pub(crate) fn is_met_by(&self, granted: &ScopeSet, default_match: ScopeMatch) -> bool {
        match self {
            Self::Scope(scope) => granted.contains(scope.as_str()),
            Self::All(_) | Self::Any(_) | Self::Default(_) => {
                self.is_list_met_by(granted, default_match)
            }
        }
    }

    fn is_list_met_by(&self, granted: &ScopeSet, default_match: ScopeMatch) -> bool {
        let met = |rule: &Self| rule.is_met_by(granted, default_match);
        match (self, default_match) {
            (Self::Scope(_), _) => met(self),
            (Self::All(rules), _) | (Self::Default(rules), ScopeMatch::All) => {
                !rules.is_empty() && rules.iter().all(met)
            }
            (Self::Any(rules), _) | (Self::Default(rules), ScopeMatch::Any) => {
                rules.iter().any(met)
            }
        }
    }

    /// Returns the scopes that the rule names, without duplicates and in the order in which they
    /// are written.
    pub(crate) fn named_scopes(&self) -> Vec<Scope> {
        let mut named = Vec::new();
        self.collect_into(&mut named);
        named
    }

    fn collect_into(&self, named: &mut Vec<Scope>) {
        match self {
            Self::Scope(scope) if named.contains(scope) => {}
            Self::Scope(scope) => named.push(scope.clone()),
            Self::All(rules) | Self::Any(rules) | Self::Default(rules) => {
                rules.iter().for_each(|rule| rule.collect_into(named));
            }
        }
    }
}

fn scopes_of<S: Into<Cow<'static, str>>>(
    scopes: impl IntoIterator<Item = S>,
) -> Result<Cow<'static, [ScopeRule]>, InvalidScope> {
    let rule = |scope| Scope::new(scope).map(ScopeRule::Scope);
    scopes
        .into_iter()
        .map(rule)
        .collect::<Result<Vec<_>, _>>()
        .map(Cow::Owned)
}
