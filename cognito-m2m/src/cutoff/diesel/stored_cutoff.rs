use std::time::{SystemTime, UNIX_EPOCH};

use crate::activity::Timestamp;
use crate::cutoff::Cutoff;
use crate::cutoff::reason::storable;
use crate::qualified_client_id::QualifiedClientId;

/// The IDs under which the table may contain a client.
pub(super) struct StoredIds {
    pub(super) id: String,
    /// A row written by hand may name the default pool. For a client of another pool, no row has this
    /// ID.
    pub(super) id_with_pool: String,
}

/// The values of a row that is written.
pub(super) struct StoredCutoff {
    pub(super) ids: StoredIds,
    pub(super) issued_before: Timestamp,
    pub(super) reason: String,
    pub(super) set_at: Timestamp,
}

impl StoredIds {
    /// Returns `None` if the text is not the ID of a client.
    pub(super) fn parse(client_id: &str) -> Option<Self> {
        let id = QualifiedClientId::new(client_id.to_owned()).ok()?;
        Some(Self::of(id.without_default_pool().as_str()))
    }

    fn of(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            id_with_pool: format!("default:{id}"),
        }
    }
}

impl StoredCutoff {
    pub(super) fn new(cutoff: &Cutoff) -> Self {
        Self {
            ids: StoredIds::of(cutoff.client_id()),
            issued_before: timestamp(cutoff.tokens_issued_before()),
            reason: storable(cutoff.reason()),
            set_at: timestamp(cutoff.set_at()),
        }
    }
}

/// Converts a time. Times before 1970 are clamped.
fn timestamp(time: SystemTime) -> Timestamp {
    Timestamp::from(time.duration_since(UNIX_EPOCH).unwrap_or_default())
}
