use super::timestamp::Timestamp;

/// The times at which a client was first and last seen.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use cognito_m2m::activity::{ClientActivity, Timestamp};
///
/// let activity = ClientActivity {
///     client_id: "sync-worker".into(),
///     first_seen_at: Timestamp::from(Duration::from_secs(1_767_225_600)),
///     last_seen_at: Timestamp::from(Duration::from_secs(1_767_225_601)),
/// };
/// assert!(activity.first_seen_at < activity.last_seen_at);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientActivity {
    /// The client ID, or `pool:client_id` for a client of an additional user pool. At most 255
    /// characters.
    pub client_id: Box<str>,
    /// The time of the first authenticated request.
    pub first_seen_at: Timestamp,
    /// The time of the latest authenticated request.
    pub last_seen_at: Timestamp,
}
