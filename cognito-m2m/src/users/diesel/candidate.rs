/// A row that the database takes for the right one: its key, whether it is active, and the user.
///
/// # Examples
///
/// ```
/// use cognito_m2m::users::diesel::Candidate;
///
/// let row = (Some(7), Some(false), "left the company");
/// assert_eq!(row.key(), Some(&7));
/// assert_eq!(row.into_active_user(), None);
/// ```
pub trait Candidate<K>: 'static {
    /// The team's own type.
    type User: Send + Sync + 'static;

    /// What stands in the key column.
    fn key(&self) -> Option<&K>;

    /// The user, if active.
    fn into_active_user(self) -> Option<Self::User>;
}

impl<K: 'static, U: Send + Sync + 'static> Candidate<K> for (Option<K>, U) {
    type User = U;

    fn key(&self) -> Option<&K> {
        self.0.as_ref()
    }

    fn into_active_user(self) -> Option<U> {
        Some(self.1)
    }
}

impl<K: 'static, U: Send + Sync + 'static> Candidate<K> for (Option<K>, Option<bool>, U) {
    type User = U;

    fn key(&self) -> Option<&K> {
        self.0.as_ref()
    }

    /// Null is not active.
    fn into_active_user(self) -> Option<U> {
        (self.1 == Some(true)).then_some(self.2)
    }
}
