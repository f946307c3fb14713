use super::faults::Faults;
use crate::client_id::ClientId;
use crate::policy::{ClientGroups, ClientList};
use crate::pool::PoolName;
use crate::qualified_client_id::QualifiedClientId;
use crate::setting_text::{self, entry_path};
use crate::settings::table::Settings;

/// Parses the default allowlist.
pub(super) fn check_allowed_clients(
    faults: &mut Faults,
    settings: &Settings,
) -> Option<ClientList> {
    let entries = settings.allowed_client_ids.as_deref()?;
    check_list(faults, settings, "allowed_client_ids", entries)
}

/// Parses the named lists of clients.
pub(super) fn check_groups(faults: &mut Faults, settings: &Settings) -> ClientGroups {
    let lists = settings.client_groups.iter().filter_map(|(name, clients)| {
        if setting_text::check(name).is_err() {
            faults.add(
                "client_groups",
                "expected a name for each group, without surrounding whitespace",
            );
        }
        let setting = entry_path("client_groups", name);
        let list = check_list(faults, settings, &setting, clients)?;
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
    collect_list(faults, setting, ids?, |id| {
        if id.contains(':') {
            return Err("expected a client ID without the name of a pool");
        }
        let id =
            ClientId::new(id).map_err(|_| "expected 1 to 128 characters of `A-Za-z0-9_+.-`")?;
        Ok(QualifiedClientId::from_parts(pool, &id))
    })
}

/// Parses a list of clients of configured pools.
fn check_list(
    faults: &mut Faults,
    settings: &Settings,
    setting: &str,
    entries: &[String],
) -> Option<ClientList> {
    collect_list(faults, setting, entries, |entry| {
        let client = QualifiedClientId::new(entry.to_owned()).map_err(|_| {
            "expected `client_id` or `pool:client_id`, where each part has 1 to 128 characters of `A-Za-z0-9_+.-`"
        })?;
        let pool = client.pool();
        if pool == PoolName::DEFAULT || settings.pools.contains_key(pool) {
            Ok(client)
        } else {
            Err("expected the pool of `pool:client_id` to be defined in `pools`")
        }
    })
}

/// Parses the entries of a list. The fault gives the position of an invalid entry, not its text.
///
/// An empty list is a fault: it would refuse every client, which is most likely a mistake.
fn collect_list(
    faults: &mut Faults,
    setting: &str,
    entries: &[String],
    parse: impl Fn(&str) -> Result<QualifiedClientId, &'static str>,
) -> Option<ClientList> {
    if entries.is_empty() {
        faults.add(
            setting,
            "is empty: list at least one client or remove the list",
        );
        return None;
    }
    let mut clients = Vec::new();
    for (position, entry) in (1_usize..).zip(entries) {
        match setting_text::check(entry).and_then(|()| parse(entry)) {
            Ok(client) => clients.push(client),
            Err(problem) => {
                faults.add(setting, format!("entry {position}: {problem}"));
                return None;
            }
        }
    }
    Some(clients.into_iter().collect())
}
