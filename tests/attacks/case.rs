use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::mutate::Op;
use super::request::Request;

/// One request of `cases.json` and its right answer; a variant of a case is a case of its own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) description: String,
    pub(crate) basis: Basis,
    /// Position among the case's requests; 0 is the case itself.
    pub(crate) variant: usize,
    pub(crate) header: Option<Value>,
    pub(crate) header_raw: Option<String>,
    pub(crate) claims: Map<String, Value>,
    pub(crate) payload_raw: Option<String>,
    pub(crate) payload_encoding: Option<String>,
    pub(crate) signing: String,
    #[serde(default)]
    pub(crate) ops: Vec<Op>,
    #[serde(default)]
    pub(crate) request: Request,
    pub(crate) expect_status: u16,
    #[serde(default)]
    accept_status: Vec<u16>,
    pub(crate) expect_error: Option<String>,
    /// Absent: not looked at. `Some(None)`: the challenge must have no scope.
    #[serde(default, deserialize_with = "present")]
    pub(crate) expect_www_scope: Option<Option<String>>,
    /// Requests for keys that this request may cause.
    #[serde(default)]
    pub(crate) jwks_requests_max: usize,
}

/// Why a case is in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Basis {
    Must,
    Policy,
    Robust,
    Positive,
}

impl Case {
    /// All requests of the table, in its order.
    ///
    /// # Errors
    ///
    /// When the table says something that this test does not understand.
    pub(crate) fn all() -> Result<Vec<Self>, String> {
        let table: Vec<Map<String, Value>> =
            serde_json::from_str(include_str!("cases.json")).map_err(|error| error.to_string())?;
        table.into_iter().flat_map(expanded).collect()
    }

    /// The name that a failure is reported under.
    pub(crate) fn name(&self) -> String {
        format!("{}[{}]", self.id, self.variant)
    }

    /// Whether the table admits an answer with `status`; 0 is a closed connection.
    pub(crate) fn accepts(&self, status: u16) -> bool {
        if self.accept_status.is_empty() {
            status == self.expect_status
        } else {
            self.accept_status.contains(&status)
        }
    }
}

/// The members of a case that speak to people.
const PROSE: [&str; 4] = ["category", "note", "mutate", "assert"];

/// The case itself, then its variants: the same members, the variant's in place of the case's.
fn expanded(mut case: Map<String, Value>) -> Vec<Result<Case, String>> {
    for member in PROSE {
        case.remove(member);
    }
    let mut overrides = vec![Map::new()];
    match case.remove("variants") {
        None => {}
        Some(variants) => match serde_json::from_value::<Vec<_>>(variants) {
            Ok(variants) => overrides.extend(variants),
            Err(error) => return vec![Err(format!("variants of {:?}: {error}", case.get("id")))],
        },
    }
    overrides
        .into_iter()
        .enumerate()
        .map(|(variant, overrides)| {
            let mut members = case.clone();
            members.extend(overrides);
            members.insert("variant".to_owned(), variant.into());
            let id = members.get("id").cloned();
            serde_json::from_value(Value::Object(members))
                .map_err(|error| format!("{id:?}, variant {variant}: {error}"))
        })
        .collect()
}

fn present<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(value).map(Some)
}

mod tests {
    use super::*;

    #[test]
    fn table_has_55_cases_and_209_requests() {
        let cases = Case::all().expect("the table is understood");
        assert_eq!(cases.iter().filter(|case| case.variant == 0).count(), 55);
        assert_eq!(cases.len(), 209);
    }

    #[test]
    fn variant_replaces_whole_members() {
        let cases = Case::all().expect("the table is understood");
        let leeway: Vec<_> = cases.iter().filter(|case| case.id == "POS-10").collect();
        assert_eq!(leeway.len(), 3);
        assert!(leeway[1].claims.contains_key("nbf"));
        assert!(!leeway[1].claims.contains_key("exp"));
        assert!(leeway[2].accepts(200));
    }

    #[test]
    fn unknown_member_is_an_error() {
        let mut case = Map::new();
        case.insert("id".to_owned(), "X-1".into());
        case.insert("surprise".to_owned(), true.into());
        assert!(expanded(case).iter().all(Result::is_err));
    }
}
