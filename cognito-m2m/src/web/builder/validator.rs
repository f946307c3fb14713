//! Creates the built-in validator and starts the background refresh of its keys.

use std::sync::Arc;

use super::error::BuildError;
use crate::http;
use crate::jwks::{Fetcher, KeyLimits, KeyStore, Limits, Schedule};
use crate::policy::PolicyDefaults;
use crate::runtime::Background;
use crate::settings::{PoolPlan, Settings};
use crate::time::Clock;
use crate::validator::{CognitoValidator, Pool, TokenRules};

pub(super) fn cognito_validator(
    settings: &Settings,
    plans: Vec<PoolPlan>,
    client: Option<&reqwest::Client>,
    clock: &Arc<dyn Clock>,
    background: &Background,
    policy_defaults: &Arc<PolicyDefaults>,
) -> Result<CognitoValidator, BuildError> {
    let pools = plans
        .into_iter()
        .map(|plan| pool(settings, plan, client, clock, background))
        .collect::<Result<_, _>>()?;
    let rules = TokenRules {
        leeway: settings.leeway,
        max_lifetime: settings.max_token_lifetime,
        accept_user_tokens: settings.accept_user_tokens,
    };
    Ok(CognitoValidator::new(
        pools,
        rules,
        settings.token_cache_entries,
        Arc::clone(clock),
        Arc::clone(policy_defaults),
    ))
}

/// Creates a pool and starts the background task that refreshes its keys.
fn pool(
    settings: &Settings,
    plan: PoolPlan,
    client: Option<&reqwest::Client>,
    clock: &Arc<dyn Clock>,
    background: &Background,
) -> Result<Pool, BuildError> {
    let client = match client {
        Some(client) => client.clone(),
        None => http::default_client(
            &plan.jwks_url,
            settings.jwks_connect_timeout,
            settings.jwks_timeout,
        )
        .map_err(BuildError::HttpClient)?,
    };
    let keys = KeyStore::new(KeyLimits {
        cooldown: settings.jwks_cooldown,
        max_stale: settings.jwks_max_stale,
        fetch_timeout: settings.jwks_timeout,
    });
    let schedule = Schedule {
        pool: plan.name.as_str().into(),
        store: keys.clone(),
        fetcher: Fetcher::new(client, plan.jwks_url, limits(settings)),
        life: settings.jwks_ttl,
        clock: Arc::clone(clock),
    };
    background.spawn(schedule.run());
    Ok(Pool {
        name: plan.name,
        issuer: plan.issuer,
        audience: plan.audience,
        keys,
    })
}

fn limits(settings: &Settings) -> Limits {
    Limits {
        timeout: settings.jwks_timeout,
        max_bytes: settings.jwks_max_bytes,
        max_keys: settings.jwks_max_keys,
    }
}
