use std::borrow::Cow;

use crate::inventory::json::InvalidInventory;
use crate::inventory::json::reader::Reader;
use crate::policy::value::Rule;
use crate::policy::{ClaimRule, ClaimValue, ClientSelector, Policy, ScopeRule};
use crate::qualified_client_id::QualifiedClientId;
use crate::scope::Scope;

pub(super) fn policy(rule: &Reader<'_>) -> Result<Policy, InvalidInventory> {
    let expected = "an object with one of the members `authenticated`, `scopes`, `methods`, `clients`, `claim`, `claims` and `both`";
    let object = rule.object_or(expected)?;
    let Some((kind, value)) = object.only() else {
        return Err(rule.invalid(expected));
    };
    Ok(Policy(match kind {
        "authenticated" if value.value::<bool>("`true`")? => Rule::Authenticated,
        "authenticated" => return Err(value.invalid("`true`")),
        "scopes" => Rule::Scopes(scopes(value)?),
        "methods" => Rule::Methods(methods(value)?),
        "clients" => Rule::Clients(list(value, client)?),
        "claim" => Rule::Claim(claim(value)?),
        "claims" => Rule::Claims(list(value, claim)?),
        "both" => match value.elements()?.as_slice() {
            [first, second] => Rule::Both(Box::new((policy(first)?, policy(second)?))),
            _ => return Err(value.invalid("two rules")),
        },
        _ => return Err(rule.invalid(expected)),
    }))
}

fn scopes(rule: &Reader<'_>) -> Result<ScopeRule, InvalidInventory> {
    let expected = "a scope, or an object with one of the members `all`, `any` and `default`";
    if rule.is_string() {
        let invalid = |source| InvalidInventory::Scope {
            path: rule.path(),
            source,
        };
        return Scope::new(rule.string()?)
            .map(ScopeRule::Scope)
            .map_err(invalid);
    }
    match rule.object_or(expected)?.only() {
        Some(("all", rules)) => list(rules, scopes).map(ScopeRule::All),
        Some(("any", rules)) => list(rules, scopes).map(ScopeRule::Any),
        Some(("default", rules)) => list(rules, scopes).map(ScopeRule::Default),
        _ => Err(rule.invalid(expected)),
    }
}

type Methods = Cow<'static, [(Cow<'static, str>, ScopeRule)]>;

fn methods(map: &Reader<'_>) -> Result<Methods, InvalidInventory> {
    let members = map.object()?.into_members().into_iter();
    members
        .map(|(method, rule)| Ok((method.into(), scopes(&rule)?)))
        .collect()
}

fn client(entry: &Reader<'_>) -> Result<ClientSelector, InvalidInventory> {
    let expected = "a client ID, or an object with the member `group`";
    if entry.is_string() {
        let invalid = |source| InvalidInventory::ClientId {
            path: entry.path(),
            source,
        };
        return QualifiedClientId::new(entry.string()?)
            .map(ClientSelector::Client)
            .map_err(invalid);
    }
    match entry.object_or(expected)?.only() {
        Some(("group", name)) => Ok(ClientSelector::Group(name.string()?.into())),
        _ => Err(entry.invalid(expected)),
    }
}

fn claim(rule: &Reader<'_>) -> Result<ClaimRule, InvalidInventory> {
    let members = rule.object()?;
    let name = members.required("name")?.string()?.into();
    match (members.optional("one_of"), members.optional("equals_path")) {
        (Some(values), None) => {
            let values = values.elements()?;
            let values = values.iter().map(claim_value).collect::<Result<_, _>>()?;
            Ok(ClaimRule::new(name, values))
        }
        (None, Some(parameter)) => Ok(ClaimRule::new_equals_path(name, parameter.string()?.into())),
        _ => Err(rule.invalid("an object with one of the members `one_of` and `equals_path`")),
    }
}

fn claim_value(value: &Reader<'_>) -> Result<ClaimValue, InvalidInventory> {
    let json: serde_json::Value = value.value("a value")?;
    match &json {
        serde_json::Value::String(text) => return Ok(text.clone().into()),
        serde_json::Value::Bool(boolean) => return Ok((*boolean).into()),
        _ => {}
    }
    let unsigned = json.as_u64().map(ClaimValue::from);
    let integer = unsigned.or_else(|| json.as_i64().map(ClaimValue::from));
    integer.ok_or_else(|| value.invalid("a string, a boolean, or an integer of at most 64 bits"))
}

fn list<T: Clone>(
    array: &Reader<'_>,
    element: impl Fn(&Reader<'_>) -> Result<T, InvalidInventory>,
) -> Result<Cow<'static, [T]>, InvalidInventory> {
    array.elements()?.iter().map(element).collect()
}
