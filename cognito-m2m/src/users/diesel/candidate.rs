/// A row that the query returned: the value of its key column, the user, and optionally whether
/// the user is active.
pub trait Candidate<K>: 'static {
    /// The user type.
    type User: Send + Sync + 'static;

    /// Returns the value of the key column, or `None` if it is null.
    fn key(&self) -> Option<&K>;

    /// Returns the user, or `None` if the user is not active.
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

    /// Returns the user if the flag is true, treating `NULL` as inactive.
    fn into_active_user(self) -> Option<U> {
        (self.1 == Some(true)).then_some(self.2)
    }
}
