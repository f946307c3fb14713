use std::borrow::Cow;

use crate::policy::{ClaimRule, ClientSelector, Denial, PolicyInput, ScopeRule};
use crate::qualified_client_id::{InvalidQualifiedClientId, QualifiedClientId};
use crate::scope::{InvalidScope, Scope};

/// The requirements of a handler, in addition to a valid token.
///
/// The attributes create policies at compile time. The functions below create them in code. A
/// policy denies everything that it does not explicitly admit.
///
/// A policy is also a middleware: `.wrap(policy)` on an `App`, a `web::scope` or a `web::resource`
/// answers 401 and 403 like an attribute. As a routing guard, `.guard(policy)` does not match a
/// request that the policy denies, which usually results in 404
/// ([comparison](crate::guide::which_attribute#a-policy-for-routing)).
///
/// # Examples
///
/// ```
/// use cognito_m2m::Policy;
///
/// let reports = Policy::any_scope(["reports/read", "reports/admin"])?
///     .and(Policy::allow_client_ids(["reporting"])?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy(pub(crate) Rule);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    Authenticated,
    Scopes(ScopeRule),
    Methods(Cow<'static, [(Cow<'static, str>, ScopeRule)]>),
    Clients(Cow<'static, [ClientSelector]>),
    Claim(ClaimRule),
    /// All of these claims.
    Claims(Cow<'static, [ClaimRule]>),
    Both(Box<(Policy, Policy)>),
}

impl Policy {
    /// Creates a policy that requires only a valid token.
    ///
    /// The default allowlist, which is not part of a policy, still applies to guarded handlers.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::Policy;
    ///
    /// const ANY_CLIENT: Policy = Policy::authenticated();
    /// ```
    #[must_use]
    pub const fn authenticated() -> Self {
        Self(Rule::Authenticated)
    }

    /// Creates a policy that requires one scope.
    ///
    /// # Panics
    ///
    /// Panics if the scope is empty or contains a character that RFC 6749 section 3.3 does not
    /// allow. In a constant, that is a compile error.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::Policy;
    ///
    /// const READ: Policy = Policy::scope("widgets/read");
    /// ```
    #[must_use]
    pub const fn scope(scope: &'static str) -> Self {
        Self::scope_rule(ScopeRule::Scope(Scope::from_static(scope)))
    }

    /// Creates a policy from a scope rule, which may be nested.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::Policy;
    /// use cognito_m2m::policy::ScopeRule;
    ///
    /// // `reports/admin`, or both of the others.
    /// let policy = Policy::scope_rule(ScopeRule::Any(vec![
    ///     ScopeRule::all(["reports/admin"])?,
    ///     ScopeRule::all(["reports/read", "widgets/read"])?,
    /// ].into()));
    /// # Ok::<(), cognito_m2m::scope::InvalidScope>(())
    /// ```
    #[must_use]
    pub const fn scope_rule(rule: ScopeRule) -> Self {
        Self(Rule::Scopes(rule))
    }

    /// Creates a policy that requires all or any of these scopes, as the setting
    /// `default_scope_match` specifies.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidScope`] for the first invalid scope.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::Policy;
    ///
    /// let policy = Policy::scopes(["widgets/read", "widgets/write"])?;
    /// assert!(Policy::scopes(["two words"]).is_err());
    /// # Ok::<(), cognito_m2m::scope::InvalidScope>(())
    /// ```
    pub fn scopes<S: Into<Cow<'static, str>>>(
        scopes: impl IntoIterator<Item = S>,
    ) -> Result<Self, InvalidScope> {
        ScopeRule::default_match(scopes).map(Self::scope_rule)
    }

    /// Creates a policy that requires all of these scopes.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidScope`] for the first invalid scope.
    pub fn all_scopes<S: Into<Cow<'static, str>>>(
        scopes: impl IntoIterator<Item = S>,
    ) -> Result<Self, InvalidScope> {
        ScopeRule::all(scopes).map(Self::scope_rule)
    }

    /// Creates a policy that requires at least one of these scopes.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidScope`] for the first invalid scope.
    pub fn any_scope<S: Into<Cow<'static, str>>>(
        scopes: impl IntoIterator<Item = S>,
    ) -> Result<Self, InvalidScope> {
        ScopeRule::any(scopes).map(Self::scope_rule)
    }

    /// Creates a policy with one rule per HTTP method.
    ///
    /// Methods are compared case-sensitively. A method that is not listed is denied; `HEAD` falls
    /// back to `GET`.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::Policy;
    /// use cognito_m2m::policy::ScopeRule;
    ///
    /// let policy = Policy::scope_map([
    ///     ("GET", ScopeRule::all(["widgets/read"])?),
    ///     ("POST", ScopeRule::any(["widgets/write", "widgets/admin"])?),
    /// ]);
    /// # Ok::<(), cognito_m2m::scope::InvalidScope>(())
    /// ```
    #[must_use]
    pub fn scope_map<M: Into<Cow<'static, str>>>(
        entries: impl IntoIterator<Item = (M, ScopeRule)>,
    ) -> Self {
        let entries = entries
            .into_iter()
            .map(|(method, rule)| (method.into(), rule));
        Self(Rule::Methods(entries.collect()))
    }

    /// Creates a policy that admits only these clients: `client_id` for a client of the default
    /// user pool, or `pool:client_id`.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidQualifiedClientId`] for the first entry of another form.
    pub fn allow_client_ids<S: Into<Cow<'static, str>>>(
        entries: impl IntoIterator<Item = S>,
    ) -> Result<Self, InvalidQualifiedClientId> {
        let selectors = entries
            .into_iter()
            .map(|entry| QualifiedClientId::new(entry).map(ClientSelector::Client))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self(Rule::Clients(selectors.into())))
    }

    /// Creates a policy that admits only the clients of these groups.
    ///
    /// Groups are defined by the setting `client_groups`. An undefined group admits no client.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::Policy;
    ///
    /// let reports = Policy::allow_groups(["reporting"]);
    /// assert_eq!(reports.groups().collect::<Vec<_>>(), ["reporting"]);
    /// ```
    #[must_use]
    pub fn allow_groups<S: Into<Cow<'static, str>>>(names: impl IntoIterator<Item = S>) -> Self {
        let group = |name: S| ClientSelector::Group(name.into());
        Self(Rule::Clients(names.into_iter().map(group).collect()))
    }

    /// Combines two policies into one that requires both. This one is evaluated first.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(Rule::Both(Box::new((self, other))))
    }

    /// Returns `Ok` if the policy admits the caller, or the reason for the denial.
    ///
    /// The default allowlist is not part of a policy: it applies to a handler only if none of its
    /// attributes lists clients. The resource servers of `input.defaults` come before every policy.
    ///
    /// # Errors
    ///
    /// Returns [`Denial::OtherResourceServer`] for a token of another API, or a [`Denial`] for the
    /// first part of the policy that `input` does not satisfy.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::policy::{Denial, PathParameters, PolicyDefaults, PolicyInput};
    /// use cognito_m2m::scope::ScopeSet;
    /// use cognito_m2m::token::Claims;
    /// use cognito_m2m::{ClientId, Policy, PoolName};
    /// use serde_json::json;
    ///
    /// let input = PolicyInput {
    ///     pool: &PoolName::default(),
    ///     client_id: &ClientId::new("reporting")?,
    ///     scopes: &ScopeSet::default(),
    ///     claims: &Claims::from_value(json!({}))?,
    ///     method: "GET",
    ///     path_parameters: PathParameters::none(),
    ///     defaults: &PolicyDefaults::default(),
    /// };
    /// let policy = Policy::allow_client_ids(["sync"])?;
    /// assert_eq!(policy.evaluate(&input), Err(Denial::Client));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn evaluate(&self, input: &PolicyInput<'_>) -> Result<(), Denial> {
        input.evaluate_resource_servers()?;
        self.evaluate_rule(input)
    }

    /// Evaluates the policy itself, without the resource servers.
    #[inline(always)]
    pub(crate) fn evaluate_rule(&self, input: &PolicyInput<'_>) -> Result<(), Denial> {
        match &self.0 {
            Rule::Authenticated => Ok(()),
            Rule::Scopes(rule) => evaluate_scopes(rule, input),
            _ => self.evaluate_other_rule(input),
        }
    }

    /// Evaluates the rules other than those for scopes. It is separate, so that the common rules are
    /// inlined where they are evaluated.
    fn evaluate_other_rule(&self, input: &PolicyInput<'_>) -> Result<(), Denial> {
        match &self.0 {
            Rule::Authenticated | Rule::Scopes(_) => self.evaluate_rule(input),
            Rule::Methods(entries) => evaluate_scopes(rule_for(entries, input.method)?, input),
            Rule::Clients(selectors) => {
                let matches = |selector: &ClientSelector| {
                    selector.matches(input.pool, input.client_id, &input.defaults.groups)
                };
                selectors
                    .iter()
                    .any(matches)
                    .then_some(())
                    .ok_or(Denial::Client)
            }
            Rule::Claim(rule) => rule.evaluate(input),
            Rule::Claims(rules) => ClaimRule::evaluate_all(rules, input),
            Rule::Both(both) => {
                let (first, second) = both.as_ref();
                first.evaluate_rule(input)?;
                second.evaluate_rule(input)
            }
        }
    }

    /// Returns `true` if the policy lists clients or groups, which replace the default allowlist.
    #[must_use]
    pub fn lists_clients(&self) -> bool {
        match &self.0 {
            Rule::Both(both) => both.0.lists_clients() || both.1.lists_clients(),
            rule => matches!(rule, Rule::Clients(_)),
        }
    }

    /// Returns the client groups that the policy names.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.selectors().filter_map(|selector| match selector {
            ClientSelector::Group(name) => Some(name.as_ref()),
            ClientSelector::Client(_) => None,
        })
    }

    /// Returns the user pools of the clients that the policy lists.
    pub(crate) fn pools(&self) -> impl Iterator<Item = &str> {
        self.listed_clients().map(QualifiedClientId::pool)
    }
}

#[inline(always)]
fn evaluate_scopes(rule: &ScopeRule, input: &PolicyInput<'_>) -> Result<(), Denial> {
    if rule.is_met_by(input.scopes, input.defaults.scope_match) {
        Ok(())
    } else {
        Err(missing_scopes(rule))
    }
}

#[cold]
fn missing_scopes(rule: &ScopeRule) -> Denial {
    Denial::Scope {
        required: rule.named_scopes(),
    }
}

/// Returns the rule for a method. `HEAD` is `GET` without the content (RFC 9110 section 9.3.2).
pub(crate) fn rule_for<'r>(
    entries: &'r [(Cow<'static, str>, ScopeRule)],
    method: &str,
) -> Result<&'r ScopeRule, Denial> {
    let rule = |name: &str| entries.iter().find(|(listed, _)| listed == name);
    let found = match method {
        "HEAD" => rule("HEAD").or_else(|| rule("GET")),
        _ => rule(method),
    };
    found.map(|(_, rule)| rule).ok_or(Denial::Method)
}

#[cfg(test)]
mod tests;
