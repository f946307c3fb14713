use std::collections::BTreeMap;

use serde_json::{Number, Value, json};

use super::clients::CLIENT_CLAIMS;
use crate::inventory::least::{Caller, Rules};
use crate::policy::value::Rule;
use crate::policy::{ClaimValue, ExpectedClaim};

/// Returns the values of each claim in the rules that satisfy all of them, in the order of the rules. The
/// values that a user gave come first.
pub(super) fn satisfying_values(
    rules: &Rules<'_>,
    given: &BTreeMap<String, Value>,
    caller: &Caller,
) -> BTreeMap<String, Vec<Value>> {
    let mut values: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for rule in rules.claim_rules() {
        if CLIENT_CLAIMS.contains(&rule.name()) {
            continue;
        }
        let of_claim = values
            .entry(rule.name().to_owned())
            .or_insert_with(|| given.get(rule.name()).cloned().into_iter().collect());
        match rule.expected() {
            ExpectedClaim::OneOf(expected) => {
                of_claim.extend(expected.iter().map(ClaimValue::to_json));
            }
            ExpectedClaim::PathParameter(parameter) => {
                let mut parameters = rules.path_parameters.iter();
                let found = parameters.find(|(name, _)| name == parameter);
                of_claim.extend(found.map(|(_, value)| json!(value)));
            }
        }
    }
    for (name, candidates) in &mut values {
        let mut kept: Vec<Value> = Vec::new();
        for value in std::mem::take(candidates) {
            if !kept.contains(&value) && admits_value(rules, name, &value, caller) {
                kept.push(value);
            }
        }
        *candidates = kept;
    }
    values
}

/// Returns `true` if every rule for this claim is satisfied by the value.
fn admits_value(rules: &Rules<'_>, name: &str, value: &Value, caller: &Caller) -> bool {
    let mut caller = caller.clone();
    caller.claims.insert(name.to_owned(), Some(value.clone()));
    let mut of_claim = rules.claim_rules().filter(|rule| rule.name() == name);
    of_claim.all(|rule| {
        let rule = Rule::Claim(rule.clone());
        rules.evaluate_rule(&rule, &caller).is_ok()
    })
}

/// Returns a value of the same type that is not in the list, or `None` if both booleans are.
pub(super) fn other_value(values: &[Value]) -> Option<Value> {
    match values.first()? {
        Value::Bool(_) => [true, false]
            .map(Value::Bool)
            .into_iter()
            .find(|value| !values.contains(value)),
        Value::Number(_) => (0_u64..)
            .map(|number| Value::Number(Number::from(number)))
            .find(|value| !values.contains(value)),
        _ => Some(json!("cognito-m2m-other")),
    }
}

/// Returns the value as another JSON type: a string in an array, and everything else as a string.
pub(super) fn as_other_type(value: &Value) -> Value {
    match value {
        Value::String(text) => json!([text]),
        other => json!(other.to_string()),
    }
}
