/// A row that the query returned: the value of its key column, the user, and optionally whether
/// the user is active.
pub trait Candidate<K>: 'static {
    /// The user type.
    type User: Send + Sync + 'static;

    /// Returns the value of the key column, or `None` if it is null.
    fn key(&self) -> Option<&K>;

    /// Returns `true` unless the user is inactive.
    fn is_active(&self) -> bool;

    /// Returns the user.
    fn into_user(self) -> Self::User;
}

impl<K: 'static, U: Send + Sync + 'static> Candidate<K> for (Option<K>, U) {
    type User = U;

    fn key(&self) -> Option<&K> {
        self.0.as_ref()
    }

    fn is_active(&self) -> bool {
        true
    }

    fn into_user(self) -> U {
        self.1
    }
}

impl<K: 'static, U: Send + Sync + 'static> Candidate<K> for (Option<K>, Option<bool>, U) {
    type User = U;

    fn key(&self) -> Option<&K> {
        self.0.as_ref()
    }

    /// Returns `true` if the flag is true. `NULL` means inactive.
    fn is_active(&self) -> bool {
        self.1 == Some(true)
    }

    fn into_user(self) -> U {
        self.2
    }
}
