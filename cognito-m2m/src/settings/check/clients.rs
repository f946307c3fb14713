use super::faults::Faults;
use crate::client_id::{ClientId, InvalidClientId};
use crate::policy::{ClientGroups, ClientList};
use crate::pool::PoolName;
use crate::qualified_client_id::{InvalidQualifiedClientId, QualifiedClientId};
use crate::settings::table::Settings;

/// Parses the default allowlist.
pub(super) fn check_allowed_clients(
    faults: &mut Faults,
    settings: &Settings,
) -> Option<ClientList> {
    let entries = settings.allowed_client_ids.as_deref()?;
    check_list(faults, "allowed_client_ids", entries)
}

/// Parses the named lists of clients.
pub(super) fn check_groups(faults: &mut Faults, settings: &Settings) -> ClientGroups {
    let lists = settings.client_groups.iter().filter_map(|(name, clients)| {
        if name.is_empty() {
            faults.add(
                "client_groups",
                "expected a name for each group, found an empty name",
            );
        }
        let list = check_list(faults, &format!("client_groups.{name}"), clients)?;
        Some((name.clone(), list))
    });
    lists.collect()
}

/// Parses the allowlist of a pool. Its entries are client IDs without the name of the pool.
pub(super) fn check_pool_clients(
    faults: &mut Faults,
    setting: &str,
    pool: &PoolName,
    ids: Option<&[String]>,
) -> Option<ClientList> {
    let ids = ids?;
    if let Some(id) = ids.iter().find(|id| id.contains(':')) {
        faults.add(
            setting,
            format!("expected client IDs without the name of a pool, found {id:?}"),
        );
        return None;
    }
    let clients = ids
        .iter()
        .map(|id| {
            Ok(QualifiedClientId::from_parts(
                pool,
                &ClientId::new(id.as_str())?,
            ))
        })
        .collect::<Result<Vec<_>, InvalidClientId>>();
    collect_list(faults, setting, clients)
}

/// Checks that the default allowlist and the groups refer to configured pools.
pub(super) fn check_pools_of_clients(faults: &mut Faults, settings: &Settings) {
    let groups = settings
        .client_groups
        .iter()
        .map(|(name, list)| (format!("client_groups.{name}"), list));
    let default = settings
        .allowed_client_ids
        .iter()
        .map(|list| ("allowed_client_ids".to_owned(), list));
    for (setting, list) in groups.chain(default) {
        let clients = list.iter().filter_map(|entry| parse(entry).ok());
        for client in clients {
            let pool = client.pool();
            if pool != PoolName::DEFAULT && !settings.pools.contains_key(pool) {
                faults.add(
                    &setting,
                    format!("expected the pool of `pool:client_id` to be defined in `pools`, found {pool:?}"),
                );
            }
        }
    }
}

fn check_list(faults: &mut Faults, setting: &str, entries: &[String]) -> Option<ClientList> {
    let clients = entries.iter().map(|entry| parse(entry)).collect();
    collect_list::<InvalidQualifiedClientId>(faults, setting, clients)
}

fn parse(entry: &str) -> Result<QualifiedClientId, InvalidQualifiedClientId> {
    QualifiedClientId::new(entry.to_owned())
}

/// Creates a list from parsed clients. An empty list is a fault: it would refuse every client,
/// which is most likely a mistake.
fn collect_list<E: ToString>(
    faults: &mut Faults,
    setting: &str,
    clients: Result<Vec<QualifiedClientId>, E>,
) -> Option<ClientList> {
    match clients {
        Ok(clients) if clients.is_empty() => {
            faults.add(
                setting,
                "is empty: list at least one client or remove the list",
            );
            None
        }
        Ok(clients) => Some(clients.into_iter().collect()),
        Err(error) => {
            faults.add(setting, error.to_string());
            None
        }
    }
}
