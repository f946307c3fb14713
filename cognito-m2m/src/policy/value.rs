use std::borrow::Cow;

use crate::policy::clients::{InvalidClientSelector, is_client_selector};
use crate::policy::{ClientSelector, Denial, PolicyInput, ScopeRule};
use crate::scope::InvalidScope;

/// What a handler asks of its caller, beyond a valid token.
///
/// The attributes make one while compiling; code makes one with the functions here. Whatever a
/// policy does not admit, it denies.
///
/// Around an `App`, a `web::scope` or a `web::resource`, `.wrap(policy)` answers 401 and 403 as an
/// attribute does. In routing, `.guard(policy)` makes that whoever is not admitted finds no such
/// route: a guard that does not match is a 404
/// ([which to take](crate::guide::which_attribute#a-policy-for-routing)).
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
    Both(Box<(Policy, Policy)>),
}

impl Policy {
    /// Any valid token will do.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::Policy;
    ///
    /// const ANY_MACHINE: Policy = Policy::authenticated();
    /// assert!(!ANY_MACHINE.lists_clients());
    /// ```
    #[must_use]
    pub const fn authenticated() -> Self {
        Self(Rule::Authenticated)
    }

    /// Scopes by a rule of any depth.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::Policy;
    /// use cognito_m2m::policy::ScopeRule;
    /// use cognito_m2m::scope::Scope;
    ///
    /// const READ: Policy = Policy::scope_rule(ScopeRule::Scope(Scope::from_static("widgets/read")));
    /// ```
    #[must_use]
    pub const fn scope_rule(rule: ScopeRule) -> Self {
        Self(Rule::Scopes(rule))
    }

    /// All or any of these scopes, as the setting `default_scope_match` says.
    ///
    /// # Errors
    ///
    /// [`InvalidScope`] for the first text that is no scope.
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

    /// All of these scopes.
    ///
    /// # Errors
    ///
    /// [`InvalidScope`] for the first text that is no scope.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::Policy;
    ///
    /// let policy = Policy::all_scopes(["widgets/read", "widgets/write"])?;
    /// # Ok::<(), cognito_m2m::scope::InvalidScope>(())
    /// ```
    pub fn all_scopes<S: Into<Cow<'static, str>>>(
        scopes: impl IntoIterator<Item = S>,
    ) -> Result<Self, InvalidScope> {
        ScopeRule::all(scopes).map(Self::scope_rule)
    }

    /// Any of these scopes.
    ///
    /// # Errors
    ///
    /// [`InvalidScope`] for the first text that is no scope.
    pub fn any_scope<S: Into<Cow<'static, str>>>(
        scopes: impl IntoIterator<Item = S>,
    ) -> Result<Self, InvalidScope> {
        ScopeRule::any(scopes).map(Self::scope_rule)
    }

    /// One rule per HTTP method; a method that is not listed is denied, and `HEAD` falls back to
    /// `GET`.
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

    /// The client is one of these: `client_id` of the default user pool, or `pool:client_id`.
    ///
    /// # Errors
    ///
    /// [`InvalidClientSelector`] for the first entry that names no client.
    pub fn allow_client_ids<S: Into<Cow<'static, str>>>(
        entries: impl IntoIterator<Item = S>,
    ) -> Result<Self, InvalidClientSelector> {
        let checked = |entry: S| {
            let entry = entry.into();
            if is_client_selector(&entry) {
                Ok(ClientSelector::Client(entry))
            } else {
                Err(InvalidClientSelector::of(&entry))
            }
        };
        let selectors = entries
            .into_iter()
            .map(checked)
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self(Rule::Clients(selectors.into())))
    }

    /// The client is in one of these groups of the setting `client_groups`; a group that is not
    /// defined there admits nobody.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::Policy;
    ///
    /// let reports = Policy::allow_groups(["reporting"]);
    /// assert!(reports.lists_clients());
    /// ```
    #[must_use]
    pub fn allow_groups<S: Into<Cow<'static, str>>>(names: impl IntoIterator<Item = S>) -> Self {
        let group = |name: S| ClientSelector::Group(name.into());
        Self(Rule::Clients(names.into_iter().map(group).collect()))
    }

    /// This policy and another: both must hold, this one is judged first.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(Rule::Both(Box::new((self, other))))
    }

    /// Judges the policy alone: the default allowlist is the business of a whole stack
    /// ([`Layers::evaluate`](crate::policy::Layers::evaluate)).
    ///
    /// # Errors
    ///
    /// The first [`Denial`] in written order.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::policy::{ClientGroups, Defaults, Denial, PolicyInput};
    /// use cognito_m2m::token::Claims;
    /// use cognito_m2m::{Policy, ServicePrincipal};
    /// use serde_json::json;
    ///
    /// let claims = Claims::from_value(json!({ "client_id": "reporting" }))?;
    /// let input = PolicyInput {
    ///     principal: &ServicePrincipal::danger_from_claims(claims)?,
    ///     method: "GET",
    ///     groups: &ClientGroups::default(),
    ///     defaults: &Defaults::default(),
    /// };
    /// assert_eq!(Policy::allow_client_ids(["sync"])?.evaluate(&input), Err(Denial::Client));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn evaluate(&self, input: &PolicyInput<'_>) -> Result<(), Denial> {
        match &self.0 {
            Rule::Authenticated => Ok(()),
            Rule::Scopes(rule) => evaluate_scopes(rule, input),
            Rule::Methods(entries) => evaluate_scopes(rule_for(entries, input.method)?, input),
            Rule::Clients(selectors) => {
                let admits = |one: &ClientSelector| one.admits(input.principal, input.groups);
                selectors
                    .iter()
                    .any(admits)
                    .then_some(())
                    .ok_or(Denial::Client)
            }
            Rule::Both(both) => {
                let (first, second) = both.as_ref();
                first.evaluate(input)?;
                second.evaluate(input)
            }
        }
    }

    /// Whether the policy has a list of clients of its own, so that the default one is not asked.
    #[must_use]
    pub fn lists_clients(&self) -> bool {
        match &self.0 {
            Rule::Clients(_) => true,
            Rule::Both(both) => both.0.lists_clients() || both.1.lists_clients(),
            Rule::Authenticated | Rule::Scopes(_) | Rule::Methods(_) => false,
        }
    }

    /// The groups of clients that the policy names.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::Policy;
    ///
    /// let policy = Policy::allow_client_ids(["reporting"])?;
    /// assert_eq!(policy.groups().count(), 0);
    /// # Ok::<(), cognito_m2m::policy::InvalidClientSelector>(())
    /// ```
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.selectors().into_iter().filter_map(|one| match one {
            ClientSelector::Group(name) => Some(name.as_ref()),
            ClientSelector::Client(_) => None,
        })
    }

    /// The pools of the clients that the policy names.
    pub(crate) fn pools(&self) -> impl Iterator<Item = &str> {
        self.selectors()
            .into_iter()
            .filter_map(ClientSelector::pool)
    }

    fn selectors(&self) -> Vec<&ClientSelector> {
        match &self.0 {
            Rule::Clients(selectors) => selectors.iter().collect(),
            Rule::Both(both) => [both.0.selectors(), both.1.selectors()].concat(),
            Rule::Authenticated | Rule::Scopes(_) | Rule::Methods(_) => Vec::new(),
        }
    }
}

fn evaluate_scopes(rule: &ScopeRule, input: &PolicyInput<'_>) -> Result<(), Denial> {
    if rule.is_met_by(input.principal.scopes(), input.defaults.scope_match) {
        return Ok(());
    }
    Err(Denial::Scope {
        required: rule.named_scopes(),
    })
}

/// The rule of a method. `HEAD` is `GET` without the body (RFC 9110 section 9.3.2).
fn rule_for<'r>(
    entries: &'r [(Cow<'static, str>, ScopeRule)],
    method: &str,
) -> Result<&'r ScopeRule, Denial> {
    let listed = |name: &str| entries.iter().find(|(listed, _)| listed == name);
    let found = match method {
        "HEAD" => listed("HEAD").or_else(|| listed("GET")),
        _ => listed(method),
    };
    found.map(|(_, rule)| rule).ok_or(Denial::Method)
}

#[cfg(test)]
mod tests;
