//! The built-in validator and the background refresh of its keys.

use std::collections::HashMap;
use std::sync::Arc;

use reqwest::{Client, Url};

use super::error::BuildError;
use crate::http;
use crate::jwks::{
    ConfiguredKeys, Cooldown, Fetcher, KeyFileTask, KeySource, KeyStore, PoolKeys, RefreshTask,
};
use crate::runtime::Background;
use crate::settings::{CheckedPool, CheckedSettings, CheckedSource};
use crate::time::Clock;
use crate::validator::{CognitoValidator, Issuer, Pool};

/// Creates the validator, and starts a background task for the keys of each pool.
pub(super) fn cognito_validator(
    settings: &CheckedSettings,
    client: Option<&Client>,
    clock: &Arc<dyn Clock>,
    background: &Background,
) -> Result<CognitoValidator, BuildError> {
    let mut clients = HttpClients {
        settings,
        custom: client,
        by_scheme: HashMap::new(),
    };
    // Before any task starts, so that a build that fails fetches nothing.
    for source in settings.pools.iter().flat_map(|pool| &pool.sources) {
        clients.client_for(&source.jwks_url)?;
    }
    let pools = settings
        .pools
        .iter()
        .map(|checked| pool(settings, checked, &mut clients, clock, background))
        .collect::<Result<_, _>>()?;
    Ok(CognitoValidator::new(
        pools,
        settings.token_rules.clone(),
        settings.token_cache_entries,
        Arc::clone(&settings.policy_defaults),
    ))
}

/// Creates a pool, and starts the background tasks that refresh its keys.
fn pool(
    settings: &CheckedSettings,
    checked: &CheckedPool,
    clients: &mut HttpClients<'_>,
    clock: &Arc<dyn Clock>,
    background: &Background,
) -> Result<Pool, BuildError> {
    let cooldown = Arc::new(Cooldown::new(settings.jwks_cooldown));
    let new_source = |source: &CheckedSource| {
        let process = Arc::clone(background.process());
        let keys = KeyStore::new(settings.key_limits, Arc::clone(&cooldown), process);
        KeySource::new(Arc::from(&*source.name), keys)
    };
    let sources: Vec<_> = checked.sources.iter().map(new_source).collect();
    let stores: Vec<_> = sources.iter().map(|source| source.keys.clone()).collect();
    let configured = configured_keys(settings, checked, clock, background);
    let keys = PoolKeys::new(sources, configured, cooldown);
    for (position, (source, store)) in checked.sources.iter().zip(stores).enumerate() {
        let client = clients.client_for(&source.jwks_url)?;
        let url = source.jwks_url.clone();
        let refresh = RefreshTask {
            pool: checked.name.as_str().into(),
            keys: keys.clone(),
            source: position,
            source_name: Arc::from(&*source.name),
            store,
            fetcher: Fetcher::new(client, url, source.is_updated_issuer, settings.fetch_limits),
            lifetime: settings.jwks_ttl,
            clock: Arc::clone(clock),
        };
        background.spawn(refresh.run());
    }
    let issuers = checked.issuers.iter().map(|issuer| Issuer {
        text: issuer.text.clone(),
        source: issuer.source,
    });
    Ok(Pool {
        name: checked.name.clone(),
        issuers: issuers.collect(),
        audience: checked.audience.clone(),
        keys,
    })
}

/// The HTTP clients that fetch keys: a custom one for all URLs, or one for each scheme, because a client
/// for `https` loads the root certificates of the system.
struct HttpClients<'a> {
    settings: &'a CheckedSettings,
    custom: Option<&'a Client>,
    by_scheme: HashMap<String, Client>,
}

impl HttpClients<'_> {
    fn client_for(&mut self, url: &Url) -> Result<Client, BuildError> {
        let known = self.custom.or_else(|| self.by_scheme.get(url.scheme()));
        if let Some(client) = known {
            return Ok(client.clone());
        }
        let (connect_timeout, timeout) = (
            self.settings.connect_timeout,
            self.settings.fetch_limits.timeout,
        );
        let client = http::default_client(url, connect_timeout, timeout)
            .map_err(|error| BuildError::HttpClient(error.into()))?;
        let scheme = url.scheme().to_owned();
        self.by_scheme.insert(scheme, client.clone());
        Ok(client)
    }
}

/// Returns the configured keys. If no keys are fetched, it starts a background task that reads their
/// file again.
fn configured_keys(
    settings: &CheckedSettings,
    checked: &CheckedPool,
    clock: &Arc<dyn Clock>,
    background: &Background,
) -> Option<ConfiguredKeys> {
    let configured = checked.keys.as_ref()?;
    let now = clock.now();
    let is_fetched = !checked.sources.is_empty();
    let usable_until = is_fetched.then(|| now.after(settings.key_limits.max_stale));
    let name = match &configured.file {
        Some(_) => "jwks_file",
        None => "jwks",
    };
    let keys = ConfiguredKeys::new(name, Arc::clone(&configured.keys), now, usable_until);
    if let (Some(file), false) = (&configured.file, is_fetched) {
        let task = KeyFileTask {
            pool: checked.name.as_str().into(),
            path: file.clone(),
            limits: settings.fetch_limits,
            interval: settings.jwks_ttl,
            keys: keys.clone(),
            clock: Arc::clone(clock),
        };
        background.spawn(task.run());
    }
    Some(keys)
}
