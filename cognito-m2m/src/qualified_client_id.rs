//! A client ID together with the user pool that issued it.

use std::borrow::Cow;
use std::fmt;

use crate::client_id::{ClientId, is_client_id};
use crate::error_report::debug_as_report;
use crate::pool::PoolName;

/// A client of one user pool: `client_id` for the default pool, `pool:client_id` for any pool.
///
/// A client ID is unique only within its pool, so a client ID alone never refers to a client of
/// another pool.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct QualifiedClientId(Cow<'static, str>);

impl QualifiedClientId {
    pub(crate) fn new(
        text: impl Into<Cow<'static, str>>,
    ) -> Result<Self, InvalidQualifiedClientId> {
        let text = text.into();
        if is_qualified_client_id(&text) {
            Ok(Self(text))
        } else {
            Err(InvalidQualifiedClientId {
                text: text.into_owned(),
            })
        }
    }

    /// Creates an ID from a string literal, usually for a constant.
    ///
    /// # Panics
    ///
    /// Panics if the text is invalid. In a constant, that is a compile error.
    pub(crate) const fn from_static(text: &'static str) -> Self {
        assert!(
            is_qualified_client_id(text),
            "expected `client_id` or `pool:client_id`, where each part has 1 to 128 characters of `A-Za-z0-9_+.-`"
        );
        Self(Cow::Borrowed(text))
    }

    /// Creates an ID in its shortest form, which omits the default pool.
    pub(crate) fn from_parts(pool: &PoolName, client_id: &ClientId) -> Self {
        Self(Cow::Owned(if pool.is_default() {
            client_id.to_string()
        } else {
            format!("{pool}:{client_id}")
        }))
    }

    /// Returns the ID in its shortest form, which omits the default pool.
    pub(crate) fn without_default_pool(self) -> Self {
        match self.parts() {
            (PoolName::DEFAULT, client_id) => Self(client_id.to_owned().into()),
            _ => self,
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the name of the pool.
    pub(crate) fn pool(&self) -> &str {
        self.parts().0
    }

    /// Returns the client ID without the pool.
    pub(crate) fn client_id(&self) -> &str {
        self.parts().1
    }

    /// Returns `true` if this ID refers to the given client of the given pool.
    pub(crate) fn is(&self, pool: &PoolName, client_id: &ClientId) -> bool {
        self.parts() == (pool.as_str(), client_id.as_str())
    }

    fn parts(&self) -> (&str, &str) {
        self.0
            .split_once(':')
            .unwrap_or((PoolName::DEFAULT, &self.0))
    }
}

impl From<QualifiedClientId> for Box<str> {
    fn from(id: QualifiedClientId) -> Self {
        id.0.into()
    }
}

impl fmt::Display for QualifiedClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The error returned for text that is neither `client_id` nor `pool:client_id`.
///
/// It is also an Actix error, so a handler can return it with `?` from
/// `Policy::allow_client_ids(..)`. The response is then 500 without details, and the error is
/// logged.
///
/// # Examples
///
/// ```
/// use cognito_m2m::Policy;
///
/// let error = Policy::allow_client_ids(["reporting", "two words"]).unwrap_err();
/// assert!(error.to_string().starts_with("\"two words\" is not a client ID"));
/// ```
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is not a client ID: expected `client_id` or `pool:client_id`, where each part has 1 to 128 characters of `A-Za-z0-9_+.-`"
)]
pub struct InvalidQualifiedClientId {
    text: String,
}

debug_as_report!(InvalidQualifiedClientId);

const fn is_qualified_client_id(text: &str) -> bool {
    let mut rest = text.as_bytes();
    let mut before = 0_usize;
    while let [byte, tail @ ..] = rest {
        if *byte == b':' {
            return match (text.split_at_checked(before), std::str::from_utf8(tail)) {
                (Some((pool, _)), Ok(id)) => is_client_id(pool) && is_client_id(id),
                _ => false,
            };
        }
        before = before.saturating_add(1);
        rest = tail;
    }
    is_client_id(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_a_client_id_with_or_without_a_pool() {
        for text in ["a", "tenant-a:b", "x_1:y+2"] {
            assert!(QualifiedClientId::new(text).is_ok(), "{text:?}");
        }
        for text in ["", ":", "a:", ":a", "a:b:c", "a b", "a:b c", "é:a"] {
            assert!(QualifiedClientId::new(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn client_id_without_a_pool_belongs_to_the_default_pool() {
        let id = QualifiedClientId::from_static("sync");
        assert_eq!((id.pool(), id.client_id()), ("default", "sync"));
        let id = QualifiedClientId::from_static("tenant-a:sync");
        assert_eq!((id.pool(), id.client_id()), ("tenant-a", "sync"));
    }

    #[test]
    fn shortest_form_omits_the_default_pool() {
        let sync = ClientId::new("sync").expect("a valid client ID");
        let text = |pool| QualifiedClientId::from_parts(&pool, &sync).to_string();
        assert_eq!(text(PoolName::default()), "sync");
        let tenant = PoolName::new_additional("tenant-a").expect("a valid pool name");
        assert_eq!(text(tenant), "tenant-a:sync");
    }
}
