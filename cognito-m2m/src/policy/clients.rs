use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use crate::client_id::ClientId;
use crate::pool::PoolName;
use crate::qualified_client_id::{InvalidQualifiedClientId, QualifiedClientId};

/// An entry of an allowlist: a client, or the name of a group of clients.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientSelector {
    Client(QualifiedClientId),
    /// The name of a list in the setting `client_groups`.
    Group(Cow<'static, str>),
}

impl ClientSelector {
    pub(crate) fn matches(
        &self,
        pool: &PoolName,
        client_id: &ClientId,
        groups: &ClientGroups,
    ) -> bool {
        match self {
            Self::Client(client) => client.is(pool, client_id),
            Self::Group(name) => groups
                .0
                .get(name.as_ref())
                .is_some_and(|list| list.contains(pool, client_id)),
        }
    }
}

/// A set of clients of one or several user pools.
///
/// An entry is `client_id` for a client of the default user pool, or `pool:client_id`. A client ID
/// is unique only within its pool, so a client ID alone never matches a client of another pool.
///
/// # Examples
///
/// ```
/// use cognito_m2m::policy::ClientList;
/// use cognito_m2m::{ClientId, PoolName};
///
/// let list = ClientList::new(["reporting", "tenant-a:sync"])?;
/// assert_eq!(list.len(), 2);
///
/// let default = PoolName::default();
/// assert!(list.contains(&default, &ClientId::new("reporting")?));
/// // `tenant-a:sync` is a client of the pool `tenant-a`.
/// assert!(!list.contains(&default, &ClientId::new("sync")?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientList {
    pub(super) by_pool: HashMap<Box<str>, HashSet<Box<str>>>,
}

impl ClientList {
    /// Creates a list from entries of the form `client_id` or `pool:client_id`.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidQualifiedClientId`] for the first entry of another form.
    pub fn new<S: AsRef<str>>(
        entries: impl IntoIterator<Item = S>,
    ) -> Result<Self, InvalidQualifiedClientId> {
        entries
            .into_iter()
            .map(|entry| QualifiedClientId::new(entry.as_ref().to_owned()))
            .collect()
    }

    /// Returns `true` if the list contains this client of this pool.
    #[must_use]
    pub fn contains(&self, pool: &PoolName, client_id: &ClientId) -> bool {
        self.by_pool
            .get(pool.as_str())
            .is_some_and(|ids| ids.contains(client_id.as_str()))
    }

    /// Returns the number of clients.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_pool.values().map(HashSet::len).sum()
    }

    /// Returns `true` if the list is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_pool.is_empty()
    }
}

impl FromIterator<QualifiedClientId> for ClientList {
    fn from_iter<I: IntoIterator<Item = QualifiedClientId>>(clients: I) -> Self {
        let mut list = Self::default();
        for client in clients {
            list.by_pool
                .entry(client.pool().into())
                .or_default()
                .insert(client.client_id().into());
        }
        list
    }
}

/// The named lists of clients that the setting `client_groups` defines.
///
/// # Examples
///
/// ```
/// use cognito_m2m::policy::{ClientGroups, ClientList};
///
/// let groups = ClientGroups::from_iter([("reporting".to_owned(), ClientList::new(["id1"])?)]);
/// assert!(groups.defines("reporting"));
/// # Ok::<(), cognito_m2m::policy::InvalidQualifiedClientId>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientGroups(pub(super) HashMap<String, ClientList>);

impl ClientGroups {
    /// Returns `true` if a group with this name is defined.
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
