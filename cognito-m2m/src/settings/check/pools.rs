use std::collections::HashSet;

use url::Url;

use super::clients::check_pool_clients;
use super::faults::Faults;
use super::text::check_text;
use super::url::{check_issuer, check_jwks_url};
use crate::policy::ClientList;
use crate::pool::{PoolName, is_region, issuer_of, jwks_url_of, region_of};
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
                let path = format!("pools.{name}.");
                pools.extend(check_pool(faults, settings, pool_name, pool, &path));
            }
            None => faults.add(
                format!("pools.{name}"),
                format!(
                    "expected a pool name of `A-Za-z0-9_.-` other than `default`, found {name:?}"
                ),
            ),
        }
    }
    let mut issuers = HashSet::new();
    for pool in &pools {
        if !issuers.insert(&pool.issuer) {
            let issuer = &pool.issuer;
            faults.add(
                "pools",
                format!("expected a different issuer for each pool, found {issuer} twice"),
            );
        }
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
    let derived = derive_issuer(faults, &name, pool, path);
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
    if let Some(audience) = &pool.audience {
        check_text(faults, &format!("{path}audience"), audience);
    }
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

/// Derives the issuer from the Region and the user pool ID. Neither is required if the issuer and
/// the JWKS URL are both set.
fn derive_issuer(
    faults: &mut Faults,
    name: &PoolName,
    pool: &PoolSettings,
    path: &str,
) -> Option<String> {
    if pool.issuer.is_some() && pool.jwks_url.is_some() {
        return None;
    }
    let region_of_id = pool.user_pool_id.as_deref().and_then(region_of);
    let region = match (&pool.region, region_of_id) {
        // The Region of an additional pool may be omitted, since its ID contains the Region.
        (None, Some(region)) if !name.is_default() => Some(region),
        (region, _) => region.as_deref(),
    };
    check_presence(faults, path, "region", region);
    check_presence(faults, path, "user_pool_id", pool.user_pool_id.as_deref());
    if let Some(region) = region.filter(|region| !is_region(region)) {
        faults.add(
            format!("{path}region"),
            format!("expected an AWS Region like `us-east-1`, found {region:?}"),
        );
    }
    let id = pool.user_pool_id.as_deref()?;
    match (region_of_id, region) {
        (None, _) => faults.add(
            format!("{path}user_pool_id"),
            format!("expected a user pool ID like `us-east-1_AbCdEfGhI`, found {id:?}"),
        ),
        (Some(region_of_id), Some(region)) if region_of_id != region => faults.add(
            format!("{path}user_pool_id"),
            format!("expected the ID of a user pool in the Region {region}, found {id:?}"),
        ),
        _ => return Some(issuer_of(region?, id)),
    }
    None
}

fn check_presence(faults: &mut Faults, path: &str, setting: &str, value: Option<&str>) {
    if value.is_none() {
        faults.add(
            format!("{path}{setting}"),
            "required, unless `issuer` and `jwks_url` are both set",
        );
    }
}
