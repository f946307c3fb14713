use std::time::Duration;

use serde::{Serialize, Serializer};

/// Serializes a duration as whole seconds.
pub(super) fn serialize_seconds<S: Serializer>(
    duration: &Option<Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    duration
        .map(|duration| duration.as_secs())
        .serialize(serializer)
}
