use std::borrow::Cow;

use crate::policy::{ClaimValue, Denial, PolicyInput};

/// A rule for one claim of the token: the claim equals a value, one of several, or a path parameter.
///
/// A claim that is absent or `null` never satisfies a rule. The name is that of a member at the top level
/// of the claims: `a.b` is the claim named `a.b`, not a member of the claim `a`.
///
/// The constructors here can be used in constants, together with
/// [`Policy::claim_rule`](crate::Policy::claim_rule). In other code, [`Policy::claim`](crate::Policy::claim)
/// and the functions below it are shorter.
///
/// # Examples
///
/// ```
/// use cognito_m2m::Policy;
/// use cognito_m2m::policy::{ClaimRule, ClaimValue};
///
/// const LIVE: &[ClaimValue] = &[ClaimValue::string("prod"), ClaimValue::string("staging")];
/// const IS_LIVE: Policy = Policy::claim_rule(ClaimRule::one_of("environment", LIVE));
///
/// assert_eq!(IS_LIVE, Policy::claim_one_of("environment", ["prod", "staging"]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimRule {
    name: Cow<'static, str>,
    expected: Expected,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Expected {
    /// One of these values. Empty lists are never satisfied.
    OneOf(Cow<'static, [ClaimValue]>),
    /// The value of the path parameter with this name.
    PathParameter(Cow<'static, str>),
}

/// What a claim is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExpectedClaim<'a> {
    /// One of these values. Empty lists are never satisfied.
    OneOf(&'a [ClaimValue]),
    /// The value of the path parameter with this name.
    PathParameter(&'a str),
}

impl ClaimRule {
    /// Creates a rule that a claim equals one of several values. An empty list is never satisfied.
    ///
    /// # Panics
    ///
    /// Panics if the name is empty. In a constant, that is a compile error.
    #[must_use]
    pub const fn one_of(name: &'static str, values: &'static [ClaimValue]) -> Self {
        assert!(!name.is_empty(), "expected the name of a claim");
        Self {
            name: Cow::Borrowed(name),
            expected: Expected::OneOf(Cow::Borrowed(values)),
        }
    }

    /// Creates a rule that a claim equals the path parameter with this name.
    ///
    /// [`Policy::claim_equals_path`](crate::Policy::claim_equals_path) describes how they are compared.
    ///
    /// # Panics
    ///
    /// Panics if one of the names is empty. In a constant, that is a compile error.
    #[must_use]
    pub const fn equals_path(name: &'static str, parameter: &'static str) -> Self {
        assert!(!name.is_empty(), "expected the name of a claim");
        assert!(
            !parameter.is_empty(),
            "expected the name of a path parameter"
        );
        Self {
            name: Cow::Borrowed(name),
            expected: Expected::PathParameter(Cow::Borrowed(parameter)),
        }
    }

    pub(crate) fn new(name: Cow<'static, str>, values: Vec<ClaimValue>) -> Self {
        Self {
            name,
            expected: Expected::OneOf(values.into()),
        }
    }

    /// Creates a rule that a claim equals a path parameter, from names that are known at run time.
    pub(crate) fn new_equals_path(name: Cow<'static, str>, parameter: Cow<'static, str>) -> Self {
        Self {
            name,
            expected: Expected::PathParameter(parameter),
        }
    }

    /// Returns the name of the claim.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns what the claim is compared with.
    pub(crate) fn expected(&self) -> ExpectedClaim<'_> {
        match &self.expected {
            Expected::OneOf(values) => ExpectedClaim::OneOf(values),
            Expected::PathParameter(parameter) => ExpectedClaim::PathParameter(parameter),
        }
    }

    pub(crate) fn evaluate(&self, input: &PolicyInput<'_>) -> Result<(), Denial> {
        if self.is_met_by(input) {
            return Ok(());
        }
        let name = self.name.clone();
        Err(Denial::Claim { name })
    }

    /// Evaluates several rules, all of which must be satisfied. An empty list is not satisfied.
    pub(crate) fn evaluate_all(rules: &[Self], input: &PolicyInput<'_>) -> Result<(), Denial> {
        if rules.is_empty() {
            let name = Cow::Borrowed("");
            return Err(Denial::Claim { name });
        }
        rules.iter().try_for_each(|rule| rule.evaluate(input))
    }

    fn is_met_by(&self, input: &PolicyInput<'_>) -> bool {
        let Some(claim) = input.claims.find(&self.name) else {
            return false;
        };
        match &self.expected {
            Expected::OneOf(values) => values.iter().any(|value| value.equals(claim)),
            Expected::PathParameter(parameter) => claim
                .as_str()
                .is_some_and(|claim| input.path_parameters.match_once(parameter, claim)),
        }
    }
}
