use serde::Serialize;

use super::rfc_3339;
use super::value::Cutoff;

/// A cut-off as a JSON object, in the file and in HTTP responses.
#[derive(Serialize)]
pub(crate) struct Record {
    client_id: String,
    tokens_issued_before: String,
    reason: String,
    set_at: String,
}

impl From<&Cutoff> for Record {
    fn from(cutoff: &Cutoff) -> Self {
        Self {
            client_id: cutoff.client_id().to_owned(),
            tokens_issued_before: rfc_3339::format(cutoff.tokens_issued_before()),
            reason: cutoff.reason().to_owned(),
            set_at: rfc_3339::format(cutoff.set_at()),
        }
    }
}
