use std::collections::HashSet;

use url::Url;

use super::clients::check_pool_clients;
use super::faults::Faults;
use super::text::check_text;
use super::url::{check_issuer, check_jwks_url};
use crate::issuer_type::IssuerType;
use crate::policy::ClientList;
use crate::pool::{PoolName, is_region, issuer_of, jwks_url_of, region_of};
use crate::setting_text::entry_path;
use crate::settings::pool::PoolSettings;
use crate::settings::table::Settings;
use crate::validator::AudienceRule;

/// A user pool with valid settings.
pub(crate) struct CheckedPool {
    pub(crate) name: PoolName,
    pub(crate) issuer: Box<str>,
    pub(crate) jwks_url: Url,
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
    let issuers: HashSet<_> = pools.iter().map(|pool| &pool.issuer).collect();
    if issuers.len() < pools.len() {
        let problem = "expected a different issuer for each pool: two pools have the same one";
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

fn default_pool(settings: &Settings) -> PoolSettings {
    PoolSettings {
        region: settings.region.clone(),
        user_pool_id: settings.user_pool_id.clone(),
        issuer: settings.issuer.clone(),
        jwks_url: settings.jwks_url.clone(),
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
    let derived = derive_issuer(faults, pool, path);
    let issuer = pool.issuer.clone().or_else(|| derived.clone());
    let jwks_url = pool
        .jwks_url
        .clone()
        .or_else(|| derived.as_deref().map(jwks_url_of));
    let has_valid_issuer = pool.issuer.as_deref().is_none_or(|issuer| {
        check_issuer(faults, settings, &format!("{path}issuer"), issuer).is_some()
    });
    let allowed_clients = check_pool_clients(
        faults,
        &format!("{path}allowed_client_ids"),
        &name,
        pool.allowed_client_ids.as_deref(),
    );
    let jwks_url = check_jwks_url(faults, settings, &format!("{path}jwks_url"), &jwks_url?)?;
    let audience = pool.audience.clone().or_else(|| settings.audience.clone());
    Some(CheckedPool {
        issuer: issuer.filter(|_| has_valid_issuer)?.into(),
        jwks_url,
        audience: audience.map(|audience| AudienceRule {
            audience: audience.into(),
            required: pool.require_audience.unwrap_or(settings.require_audience),
        }),
        allowed_clients,
        name,
    })
}

/// Derives the issuer from the user pool ID, which contains the Region. Neither the ID nor the Region
/// is required if the issuer and the JWKS URL are both set.
fn derive_issuer(faults: &mut Faults, pool: &PoolSettings, path: &str) -> Option<String> {
    let region_of_id = pool.user_pool_id.as_deref().and_then(region_of);
    let region = pool.region.as_deref().or(region_of_id);
    let is_derived = pool.issuer.is_none() || pool.jwks_url.is_none();
    if is_derived && region.is_some_and(|region| !is_region(region)) {
        faults.add(
            format!("{path}region"),
            "expected an AWS Region like `us-east-1`",
        );
    }
    if region_of_id.is_some() && region != region_of_id {
        faults.add(
            format!("{path}region"),
            "contradicts `user_pool_id`, which contains another Region",
        );
    }
    if !is_derived {
        return None;
    }
    match (&pool.user_pool_id, region_of_id) {
        (Some(id), Some(region)) => return Some(issuer_of(IssuerType::Original, region, id)),
        (Some(_), None) => faults.add(
            format!("{path}user_pool_id"),
            "expected a user pool ID like `us-east-1_AbCdEfGhI`",
        ),
        (None, _) => {
            if region.is_none() {
                faults.add(
                    format!("{path}region"),
                    "required, unless `user_pool_id` (which contains the Region) is set, or `issuer` and `jwks_url` are both set",
                );
            }
            faults.add(
                format!("{path}user_pool_id"),
                "required, unless `issuer` and `jwks_url` are both set",
            );
        }
    }
    None
}
