//! The entries of the lists in the settings, for tests that need a client or a scope of them.

use crate::policy::{ClientGroups, ClientList, ResourceServers};
use crate::qualified_client_id::QualifiedClientId;

impl ClientList {
    /// Returns the clients, sorted.
    pub(crate) fn iter(&self) -> impl Iterator<Item = QualifiedClientId> {
        let ids = self.by_pool.iter().flat_map(|(pool, ids)| {
            let qualified = move |id| QualifiedClientId::new(format!("{pool}:{id}"));
            ids.iter().filter_map(move |id| qualified(id).ok())
        });
        let mut clients: Vec<_> = ids.map(QualifiedClientId::without_default_pool).collect();
        clients.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        clients.into_iter()
    }
}

impl ClientGroups {
    /// Returns the clients of a group, sorted. An undefined group has none.
    pub(crate) fn members(&self, name: &str) -> impl Iterator<Item = QualifiedClientId> {
        self.0.get(name).into_iter().flat_map(ClientList::iter)
    }
}

impl ResourceServers {
    pub(crate) fn identifiers(&self) -> impl Iterator<Item = &str> {
        self.identifiers.iter().map(AsRef::as_ref)
    }
}
