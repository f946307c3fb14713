use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;

use crate::client_id::is_client_id;
use crate::pool::PoolName;
use crate::principal::ServicePrincipal;

/// One entry of an allowlist: a client, or the name of a group in the settings.
///
/// # Examples
///
/// ```
/// use cognito_m2m::policy::ClientSelector;
///
/// let of_a_pool = ClientSelector::Client("tenant-a:sync".into());
/// assert_ne!(of_a_pool, ClientSelector::Group("sync".into()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientSelector {
    /// `client_id`, a client of the default user pool, or `pool:client_id`.
    Client(Cow<'static, str>),
    /// A list in the setting `client_groups`.
    Group(Cow<'static, str>),
}

impl ClientSelector {
    /// The pool of a client; the settings know those of groups.
    pub(crate) fn pool(&self) -> Option<&str> {
        match self {
            Self::Client(text) => Some(split(text).0),
            Self::Group(_) => None,
        }
    }

    pub(crate) fn admits(&self, principal: &ServicePrincipal, groups: &ClientGroups) -> bool {
        match self {
            Self::Client(text) => {
                let (pool, id) = split(text);
                pool == principal.pool().as_str() && principal.client_id() == id
            }
            Self::Group(name) => groups
                .0
                .get(name.as_ref())
                .is_some_and(|list| list.contains(principal)),
        }
    }
}

/// Who may call: clients of one or several user pools.
///
/// An entry is `client_id` for a client of the default user pool, or `pool:client_id`: a client id
/// alone never names a client of another pool, since that pool's administrator chose it.
///
/// # Examples
///
/// ```
/// use cognito_m2m::policy::ClientList;
///
/// use cognito_m2m::ServicePrincipal;
/// use cognito_m2m::token::Claims;
/// use serde_json::json;
///
/// let list = ClientList::new(["reporting", "tenant-a:sync"])?;
/// assert_eq!(list.len(), 2);
/// assert!(!list.is_empty());
///
/// // A client of the default pool, which `tenant-a:sync` is not.
/// let sync = Claims::from_value(json!({ "client_id": "sync" }))?;
/// assert!(!list.contains(&ServicePrincipal::danger_from_claims(sync)?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientList {
    by_pool: HashMap<Box<str>, HashSet<Box<str>>>,
}

impl ClientList {
    /// Reads the entries of a list.
    ///
    /// # Errors
    ///
    /// [`InvalidClientSelector`] for the first entry that is neither `client_id` nor
    /// `pool:client_id`.
    pub fn new<S: AsRef<str>>(
        entries: impl IntoIterator<Item = S>,
    ) -> Result<Self, InvalidClientSelector> {
        let mut list = Self::default();
        for entry in entries {
            let entry = entry.as_ref();
            if !is_client_selector(entry) {
                return Err(InvalidClientSelector::of(entry));
            }
            let (pool, id) = split(entry);
            list.by_pool
                .entry(pool.into())
                .or_default()
                .insert(id.into());
        }
        Ok(list)
    }

    /// Whether the principal is listed.
    #[must_use]
    pub fn contains(&self, principal: &ServicePrincipal) -> bool {
        self.by_pool
            .get(principal.pool().as_str())
            .is_some_and(|ids| ids.contains(principal.client_id().as_str()))
    }

    /// How many clients are listed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_pool.values().map(HashSet::len).sum()
    }

    /// Whether nobody is listed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_pool.is_empty()
    }
}

/// Named lists of clients, as the setting `client_groups` defines them.
///
/// # Examples
///
/// ```
/// use cognito_m2m::policy::{ClientGroups, ClientList};
///
/// let groups = ClientGroups::from_iter([("reporting".to_owned(), ClientList::new(["id1"])?)]);
/// assert!(groups.defines("reporting"));
/// # Ok::<(), cognito_m2m::policy::InvalidClientSelector>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientGroups(HashMap<String, ClientList>);

impl ClientGroups {
    /// Whether there is a group of this name.
    #[must_use]
    pub fn defines(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

impl FromIterator<(String, ClientList)> for ClientGroups {
    fn from_iter<I: IntoIterator<Item = (String, ClientList)>>(groups: I) -> Self {
        Self(groups.into_iter().collect())
    }
}

/// An entry that names no client.
///
/// # Examples
///
/// ```
/// use cognito_m2m::policy::ClientList;
///
/// let error = ClientList::new(["reporting", "two words"]).unwrap_err();
/// assert!(error.to_string().starts_with("\"two words\" names no client"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct InvalidClientSelector {
    entry: String,
}

impl InvalidClientSelector {
    pub(crate) fn of(entry: &str) -> Self {
        Self {
            entry: entry.to_owned(),
        }
    }
}

impl fmt::Display for InvalidClientSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} names no client: write a client id of 1 to 128 characters of `A-Za-z0-9_+.-`, or `pool:client_id`",
            self.entry
        )
    }
}

fn split(entry: &str) -> (&str, &str) {
    match entry.split_once(':') {
        Some((pool, id)) => (pool, id),
        None => (PoolName::DEFAULT, entry),
    }
}

pub(crate) const fn is_client_selector(entry: &str) -> bool {
    let mut rest = entry.as_bytes();
    let mut before = 0_usize;
    while let [byte, tail @ ..] = rest {
        if *byte == b':' {
            return match (entry.split_at_checked(before), std::str::from_utf8(tail)) {
                (Some((pool, _)), Ok(id)) => is_client_id(pool) && is_client_id(id),
                _ => false,
            };
        }
        before = before.saturating_add(1);
        rest = tail;
    }
    is_client_id(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_a_client_or_a_pool_and_a_client() {
        for entry in ["a", "tenant-a:b", "x_1:y+2"] {
            assert!(is_client_selector(entry), "{entry:?}");
        }
        for entry in ["", ":", "a:", ":a", "a:b:c", "a b", "a:b c", "é:a"] {
            assert!(!is_client_selector(entry), "{entry:?}");
        }
    }
}
