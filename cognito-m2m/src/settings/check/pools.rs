use std::collections::HashSet;

use super::clients::check_pool_clients;
use super::faults::Faults;
use super::issuers::{CheckedIssuer, CheckedIssuers, CheckedSource, check_issuers};
use super::keys::{CheckedKeys, check_configured_keys};
use super::text::check_text;
use crate::policy::ClientList;
use crate::pool::{PoolName, parse_issuer};
use crate::setting_text::entry_path;
use crate::settings::pool::PoolSettings;
use crate::settings::table::Settings;
use crate::validator::AudienceRule;

/// A user pool with valid settings.
pub(crate) struct CheckedPool {
    pub(crate) name: PoolName,
    pub(crate) issuers: Vec<CheckedIssuer>,
    /// The URLs of the keys. Empty if no keys are fetched.
    pub(crate) sources: Vec<CheckedSource>,
    pub(crate) keys: Option<CheckedKeys>,
    pub(crate) audience: Option<AudienceRule>,
    pub(crate) allowed_clients: Option<ClientList>,
}

/// Checks the user pools, and returns those with valid settings.
pub(super) fn check_pools(faults: &mut Faults, settings: &Settings) -> Vec<CheckedPool> {
    let mut pools = Vec::new();
    let default = default_pool(settings);
    pools.extend(check_pool(
        faults,
        settings,
        PoolName::default(),
        &default,
        "",
    ));
    for (name, pool) in &settings.pools {
        match PoolName::new_additional(name) {
            Some(pool_name) => {
                let path = format!("{}.", entry_path("pools", name));
                pools.extend(check_pool(faults, settings, pool_name, pool, &path));
            }
            None => faults.add(
                entry_path("pools", name),
                "expected a pool name of `A-Za-z0-9_.-` other than `default`",
            ),
        }
    }
    let all_issuers = || pools.iter().flat_map(|pool| &pool.issuers);
    let issuers: HashSet<_> = all_issuers().map(|issuer| &issuer.text).collect();
    if issuers.len() < all_issuers().count() {
        let problem = "expected a different issuer for each pool: two pools have the same one";
        faults.add("pools", problem);
    }
    let all_ids = || {
        [&default]
            .into_iter()
            .chain(settings.pools.values())
            .filter_map(cognito_id)
    };
    let ids: HashSet<_> = all_ids().collect();
    if ids.len() < all_ids().count() {
        let problem = "expected a different user pool under each name: two are the same user pool, so that a client would have two names";
        faults.add("pools", problem);
    }
    pools
}

/// Returns the names of all pools, even if a custom validator does not use them.
pub(super) fn pool_names(settings: &Settings) -> Vec<PoolName> {
    let names = settings.pools.keys();
    let additional = names.filter_map(|name| PoolName::new_additional(name));
    [PoolName::default()]
        .into_iter()
        .chain(additional)
        .collect()
}

/// Returns the ID of a pool that has issuers of Cognito. A substitute has an ID of its own.
fn cognito_id(pool: &PoolSettings) -> Option<&str> {
    match &pool.issuer {
        Some(issuer) => parse_issuer(issuer).map(|(_, _, id)| id),
        None => pool.user_pool_id.as_deref(),
    }
}

fn default_pool(settings: &Settings) -> PoolSettings {
    PoolSettings {
        region: settings.region.clone(),
        user_pool_id: settings.user_pool_id.clone(),
        issuer: settings.issuer.clone(),
        jwks_url: settings.jwks_url.clone(),
        issuer_types: settings.issuer_types.clone(),
        replica_regions: settings.replica_regions.clone(),
        jwks_file: settings.jwks_file.clone(),
        jwks_fetch: Some(settings.jwks_fetch),
        jwks: settings.jwks.clone(),
        aws_origin: settings.aws_origin.clone(),
        audience: settings.audience.clone(),
        require_audience: Some(settings.require_audience),
        // The top-level list is the default allowlist of handlers. It does not restrict the pool.
        allowed_client_ids: None,
    }
}

/// Checks the settings of a pool. It checks every setting before it returns `None`, so that all
/// faults are found.
fn check_pool(
    faults: &mut Faults,
    settings: &Settings,
    name: PoolName,
    pool: &PoolSettings,
    path: &str,
) -> Option<CheckedPool> {
    for (setting, text) in [
        ("region", &pool.region),
        ("user_pool_id", &pool.user_pool_id),
        ("audience", &pool.audience),
    ] {
        if let Some(text) = text {
            check_text(faults, &format!("{path}{setting}"), text);
        }
    }
    let issuers = check_issuers(faults, settings, pool, path);
    let keys = check_configured_keys(faults, settings, pool, path);
    let allowed_clients = check_pool_clients(
        faults,
        &format!("{path}allowed_client_ids"),
        &name,
        pool.allowed_client_ids.as_deref(),
    );
    let audience = pool.audience.clone().or_else(|| settings.audience.clone());
    let CheckedIssuers { issuers, sources } = issuers?;
    Some(CheckedPool {
        issuers,
        sources,
        keys,
        audience: audience.map(|audience| AudienceRule {
            audience: audience.into(),
            required: pool.require_audience.unwrap_or(settings.require_audience),
        }),
        allowed_clients,
        name,
    })
}
