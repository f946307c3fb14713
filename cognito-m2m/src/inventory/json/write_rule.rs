use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use crate::policy::value::Rule;
use crate::policy::{ClaimRule, ClaimValue, ClientSelector, ExpectedClaim, Policy, ScopeRule};

/// The JSON of a rule: an object whose only member is the kind of the rule.
#[derive(serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum RuleJson<'p> {
    Authenticated(bool),
    Scopes(ScopesJson<'p>),
    Methods(MethodsJson<'p>),
    Clients(Vec<ClientJson<'p>>),
    Claim(ClaimJson<'p>),
    Claims(Vec<ClaimJson<'p>>),
    Both([Box<RuleJson<'p>>; 2]),
}

impl<'p> RuleJson<'p> {
    pub(super) fn new(policy: &'p Policy) -> Self {
        match &policy.0 {
            Rule::Authenticated => Self::Authenticated(true),
            Rule::Scopes(rule) => Self::Scopes(ScopesJson(rule)),
            Rule::Methods(entries) => Self::Methods(MethodsJson(entries)),
            Rule::Clients(selectors) => {
                Self::Clients(selectors.iter().map(ClientJson::new).collect())
            }
            Rule::Claim(rule) => Self::Claim(ClaimJson::new(rule)),
            Rule::Claims(rules) => Self::Claims(rules.iter().map(ClaimJson::new).collect()),
            Rule::Both(both) => {
                let (first, second) = both.as_ref();
                Self::Both([first, second].map(|policy| Box::new(Self::new(policy))))
            }
        }
    }
}

pub(super) struct ScopesJson<'p>(&'p ScopeRule);

impl Serialize for ScopesJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (kind, rules) = match self.0 {
            ScopeRule::Scope(scope) => return serializer.serialize_str(scope.as_str()),
            ScopeRule::All(rules) => ("all", rules),
            ScopeRule::Any(rules) => ("any", rules),
            ScopeRule::Default(rules) => ("default", rules),
        };
        let rules: Vec<_> = rules.iter().map(ScopesJson).collect();
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(kind, &rules)?;
        map.end()
    }
}

pub(super) struct MethodsJson<'p>(&'p [(Cow<'static, str>, ScopeRule)]);

impl Serialize for MethodsJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (index, (method, rule)) in self.0.iter().enumerate() {
            let mut earlier = self.0.iter().take(index);
            if !earlier.any(|(other, _)| other == method) {
                map.serialize_entry(method, &ScopesJson(rule))?;
            }
        }
        map.end()
    }
}

#[derive(serde::Serialize)]
#[serde(untagged)]
pub(super) enum ClientJson<'p> {
    Client(&'p str),
    Group { group: &'p str },
}

impl<'p> ClientJson<'p> {
    fn new(selector: &'p ClientSelector) -> Self {
        match selector {
            ClientSelector::Client(client) => Self::Client(client.as_str()),
            ClientSelector::Group(group) => Self::Group { group },
        }
    }
}

#[derive(serde::Serialize)]
pub(super) struct ClaimJson<'p> {
    name: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    one_of: Option<Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    equals_path: Option<&'p str>,
}

impl<'p> ClaimJson<'p> {
    fn new(rule: &'p ClaimRule) -> Self {
        let (one_of, equals_path) = match rule.expected() {
            ExpectedClaim::OneOf(values) => {
                (Some(values.iter().map(ClaimValue::to_json).collect()), None)
            }
            ExpectedClaim::PathParameter(parameter) => (None, Some(parameter)),
        };
        Self {
            name: rule.name(),
            one_of,
            equals_path,
        }
    }
}
