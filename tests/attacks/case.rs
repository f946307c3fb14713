use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::mutate::Op;
use super::request::Request;

/// One request of `cases.json` and its expected answer. Each variant of a case is a separate `Case`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) description: String,
    pub(crate) basis: Basis,
    /// The position among the requests of the case; 0 is the case itself.
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
    /// The expected `scope` of the challenge. `None`: not checked. `Some(None)`: there must be none.
    #[serde(default, deserialize_with = "deserialize_present")]
    pub(crate) expect_www_scope: Option<Option<String>>,
    /// The largest number of requests for keys that this request may cause.
    #[serde(default)]
    pub(crate) jwks_requests_max: usize,
}

/// The reason why a case is in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Basis {
    Must,
    Policy,
    Robust,
    Positive,
}

impl Case {
    /// Parses the table into its requests, in order.
    ///
    /// # Errors
    ///
    /// Returns a description of the first unknown member or invalid value.
    pub(crate) fn all() -> Result<Vec<Self>, String> {
        let table: Vec<Map<String, Value>> =
            serde_json::from_str(include_str!("cases.json")).map_err(|error| error.to_string())?;
        table.into_iter().flat_map(expand_variants).collect()
    }

    /// Returns the name for reports, such as `SIG-06[3]`.
    pub(crate) fn name(&self) -> String {
        format!("{}[{}]", self.id, self.variant)
    }

    /// Returns `true` if the table accepts an answer with `status`; 0 is a closed connection.
    pub(crate) fn accepts(&self, status: u16) -> bool {
        if self.accept_status.is_empty() {
            status == self.expect_status
        } else {
            self.accept_status.contains(&status)
        }
    }
}

/// The members of a case that are only for readers of the table.
const PROSE: [&str; 3] = ["category", "note", "mutate"];

/// Returns the case itself and then its variants, whose members replace those of the case.
fn expand_variants(mut case: Map<String, Value>) -> Vec<Result<Case, String>> {
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

fn deserialize_present<'de, D: Deserializer<'de>>(
    value: D,
) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(value).map(Some)
}

mod tests {
    use super::*;

    #[test]
    fn table_has_55_cases_and_209_requests() {
        let cases = Case::all().expect("a valid table");
        assert_eq!(cases.iter().filter(|case| case.variant == 0).count(), 55);
        assert_eq!(cases.len(), 209);
    }

    #[test]
    fn variant_replaces_whole_members() {
        let cases = Case::all().expect("a valid table");
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
        case.insert("unknown".to_owned(), true.into());
        assert!(expand_variants(case).iter().all(Result::is_err));
    }
}
