use std::time::SystemTime;

use serde::Deserialize;

use super::one_per_client::one_per_client;
use super::record::Record;
use super::rfc_3339;
use super::value::Cutoff;

/// An entry of the file. An unknown member is an error, because a mistyped name would otherwise be
/// ignored.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    client_id: String,
    tokens_issued_before: String,
    #[serde(default)]
    reason: String,
    set_at: Option<String>,
}

/// Parses the content of a file that was last changed at the given time.
///
/// One invalid entry makes the whole file invalid. The error describes the problem.
pub(super) fn parse(content: &[u8], changed_at: SystemTime) -> Result<Vec<Cutoff>, String> {
    let entries: Vec<Entry> =
        serde_json::from_slice(content).map_err(|error| format!("invalid JSON: {error}"))?;
    let cutoffs: Result<Vec<_>, _> = entries
        .into_iter()
        .map(|entry| entry.into_cutoff(changed_at))
        .collect();
    cutoffs.map(one_per_client)
}

/// Returns the content of a file with these cut-offs.
pub(super) fn write(cutoffs: &[Cutoff]) -> serde_json::Result<Vec<u8>> {
    let records: Vec<_> = cutoffs.iter().map(Record::from).collect();
    let mut content = serde_json::to_vec_pretty(&records)?;
    content.push(b'\n');
    Ok(content)
}

impl Entry {
    fn into_cutoff(self, changed_at: SystemTime) -> Result<Cutoff, String> {
        let time = |member: &str, text: &str| {
            rfc_3339::parse(text).ok_or_else(|| {
                format!(
                    "`{member}` of the client {:?}: expected a time such as `2026-11-26T12:00:00Z`, from 1970 on, found {text:?}",
                    self.client_id
                )
            })
        };
        let issued_before = time("tokens_issued_before", &self.tokens_issued_before)?;
        let set_at = self.set_at.as_deref().map(|text| time("set_at", text));
        let set_at = set_at.transpose()?.unwrap_or(changed_at);
        let cutoff = Cutoff::new(self.client_id, issued_before).map_err(|error| error.to_string());
        Ok(cutoff?.because(self.reason).with_set_at(set_at))
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn reason_and_set_at_are_optional() {
        let content = br#"[
            {"client_id": "b", "tokens_issued_before": "2026-11-26T13:00:00+01:00"},
            {"client_id": "a", "tokens_issued_before": "2026-11-26T12:00:00.5Z",
             "reason": "leaked", "set_at": "2026-11-26T12:00:01Z"}
        ]"#;
        let cutoffs = parse(content, UNIX_EPOCH).expect("a valid file");
        let written = write(&cutoffs).expect("JSON");
        let expected = r#"[
  {
    "client_id": "a",
    "tokens_issued_before": "2026-11-26T12:00:01Z",
    "reason": "leaked",
    "set_at": "2026-11-26T12:00:01Z"
  },
  {
    "client_id": "b",
    "tokens_issued_before": "2026-11-26T12:00:00Z",
    "reason": "",
    "set_at": "1970-01-01T00:00:00Z"
  }
]
"#;
        assert_eq!(String::from_utf8_lossy(&written), expected);
        assert_eq!(parse(&written, UNIX_EPOCH), Ok(cutoffs));
    }

    #[test]
    fn empty_list_has_no_cutoffs() {
        assert_eq!(parse(b" [] \n", UNIX_EPOCH), Ok(Vec::new()));
    }

    #[test]
    fn invalid_files_are_refused_whole() {
        for (content, problem) in [
            ("", "EOF"),
            ("{}", "expected a sequence"),
            ("null", "expected a sequence"),
            ("[] []", "trailing"),
            ("\u{feff}[]", "invalid JSON"),
            (
                r#"[{"client_id": "a"}]"#,
                "missing field `tokens_issued_before`",
            ),
            (
                r#"[{"client_id": "a", "tokens_isued_before": "2026-11-26T12:00:00Z"}]"#,
                "unknown field `tokens_isued_before`",
            ),
            (
                r#"[{"client_id": "a", "tokens_issued_before": "now"}]"#,
                "`tokens_issued_before` of the client \"a\"",
            ),
            (
                r#"[{"client_id": "a", "tokens_issued_before": 1795694400}]"#,
                "invalid type",
            ),
            (
                r#"[{"client_id": "two words", "tokens_issued_before": "2026-11-26T12:00:00Z"}]"#,
                "\"two words\" is not a client ID",
            ),
            (
                r#"[{"client_id": "a", "client_id": "b", "tokens_issued_before": "2026-11-26T12:00:00Z"}]"#,
                "duplicate field",
            ),
        ] {
            let error = parse(content.as_bytes(), UNIX_EPOCH).expect_err(content);
            assert!(error.contains(problem), "{content}: {error}");
        }
    }
}
