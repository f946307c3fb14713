//! The built-in validator and the background refresh of its keys.

use std::sync::Arc;

use super::error::BuildError;
use crate::http;
use crate::jwks::{Fetcher, KeyStore, RefreshTask};
use crate::runtime::Background;
use crate::settings::{CheckedPool, CheckedSettings};
use crate::time::Clock;
use crate::validator::{CognitoValidator, Pool};

/// Creates the validator, and starts a background task for the keys of each pool.
pub(super) fn cognito_validator(
    settings: &CheckedSettings,
    client: Option<&reqwest::Client>,
    clock: &Arc<dyn Clock>,
    background: &Background,
) -> Result<CognitoValidator, BuildError> {
    let pools = settings
        .pools
        .iter()
        .map(|checked| pool(settings, checked, client, clock, background))
        .collect::<Result<_, _>>()?;
    Ok(CognitoValidator::new(
        pools,
        settings.token_rules.clone(),
        settings.token_cache_entries,
        Arc::clone(clock),
        Arc::clone(&settings.policy_defaults),
    ))
}

/// Creates a pool and starts the background task that refreshes its keys.
fn pool(
    settings: &CheckedSettings,
    checked: &CheckedPool,
    client: Option<&reqwest::Client>,
    clock: &Arc<dyn Clock>,
    background: &Background,
) -> Result<Pool, BuildError> {
    let client = match client {
        Some(client) => client.clone(),
        None => http::default_client(
            &checked.jwks_url,
            settings.connect_timeout,
            settings.fetch_limits.timeout,
        )
        .map_err(|error| BuildError::HttpClient(error.into()))?,
    };
    let keys = KeyStore::new(settings.key_limits, Arc::clone(background.process()));
    let fetcher = Fetcher::new(client, checked.jwks_url.clone(), settings.fetch_limits);
    let refresh = RefreshTask {
        pool: checked.name.as_str().into(),
        store: keys.clone(),
        fetcher,
        lifetime: settings.jwks_ttl,
        clock: Arc::clone(clock),
    };
    background.spawn(refresh.run());
    Ok(Pool {
        name: checked.name.clone(),
        issuer: checked.issuer.clone(),
        audience: checked.audience.clone(),
        keys,
    })
}
