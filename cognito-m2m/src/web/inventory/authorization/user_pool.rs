use std::collections::BTreeSet;
use std::io;
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::json;

use crate::inventory::least::Caller;
use crate::policy::Policy;
use crate::pool::PoolName;
use crate::settings::{PoolSettings, Settings};
use crate::testing::{LocalCognito, SigningKey};

/// A client that is in every group that the settings don't define.
const COMMON_MEMBER: &str = "cognito-m2m-member";

/// The usual lifetime of a token, unless the settings allow only a shorter one.
const TOKEN_LIFETIME: Duration = Duration::from_secs(3600);

/// User pools that exist only in the test: the app knows their key, and no server runs.
pub(super) struct UserPool {
    published: SigningKey,
    unpublished: SigningKey,
    audience: Option<String>,
    lifetime: Duration,
}

/// How a token differs from a valid one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Validity {
    Valid,
    Expired,
    /// The issuer is not that of a configured user pool.
    OtherIssuer,
    /// The key is not that of the user pool, although it has the same key ID.
    OtherKey,
}

impl UserPool {
    /// Creates the user pools of a test with these settings.
    pub(super) fn new(settings: &Settings) -> io::Result<Self> {
        let [published, unpublished] = keys()?;
        Ok(Self {
            published,
            unpublished,
            audience: settings.audience.clone(),
            lifetime: TOKEN_LIFETIME.min(settings.max_token_lifetime),
        })
    }

    /// Returns the settings with the user pools of the test, and with the groups that the policies name.
    pub(super) fn settings(&self, mut settings: Settings, policies: &[&Policy]) -> Settings {
        let policies = || policies.iter();
        let groups: BTreeSet<_> = policies().flat_map(|policy| policy.groups()).collect();
        for (number, name) in (1_usize..).zip(groups) {
            settings
                .client_groups
                .entry(name.to_owned())
                .or_insert_with(|| {
                    vec![
                        format!("{COMMON_MEMBER}-{number}"),
                        COMMON_MEMBER.to_owned(),
                    ]
                });
        }
        let in_policies = policies()
            .flat_map(|policy| policy.pools())
            .map(ToOwned::to_owned);
        let pools: BTreeSet<_> = in_policies.chain(pools_of(&settings)).collect();
        for name in pools.into_iter().filter(|name| name != PoolName::DEFAULT) {
            let known = settings.pools.remove(&name).unwrap_or_default();
            let pool = PoolSettings {
                allowed_client_ids: known.allowed_client_ids,
                require_audience: known.require_audience,
                ..PoolSettings::default()
            };
            let pool = pool
                .issuer(issuer(&name))
                .jwks(self.jwks())
                .jwks_fetch(false);
            settings.pools.insert(name, pool);
        }
        // No requests of clients are recorded.
        settings.track_client_activity = false;
        settings.region = None;
        settings.user_pool_id = None;
        settings.jwks_url = None;
        settings.jwks_file = None;
        settings.issuer_types = None;
        settings.replica_regions = None;
        settings
            .issuer(issuer(PoolName::DEFAULT))
            .jwks(self.jwks())
            .jwks_fetch(false)
            .fail_on_invalid_bearer(false)
    }

    /// Returns a token of the caller.
    pub(super) fn sign(&self, caller: &Caller, validity: Validity) -> io::Result<String> {
        let issuer = match validity {
            Validity::OtherIssuer => issuer("another"),
            _ => issuer(caller.client.pool()),
        };
        let keys = [self.published.clone(), self.unpublished.clone()];
        let mut token = LocalCognito::builder()
            .issuer(issuer)
            .signing_keys(keys)
            .token_lifetime(self.lifetime)
            .token(caller.client.client_id())?
            .scope(caller.scope());
        if let Some(audience) = &self.audience {
            token = token.claim("aud", audience.clone());
        }
        for (name, value) in &caller.claims {
            token = match value {
                Some(value) => token.claim(name, value.clone()),
                None => token.without_claim(name),
            };
        }
        let token = match validity {
            Validity::Valid | Validity::OtherIssuer => token,
            Validity::Expired => token.expired(),
            Validity::OtherKey => token.signed_by(&self.unpublished).kid(self.published.kid()),
        };
        Ok(token.sign())
    }

    fn jwks(&self) -> String {
        json!({ "keys": [self.published.public_jwk()] }).to_string()
    }
}

/// Returns the keys of the test program, which are generated once.
fn keys() -> io::Result<[SigningKey; 2]> {
    static KEYS: OnceLock<[SigningKey; 2]> = OnceLock::new();
    if let Some(keys) = KEYS.get() {
        return Ok(keys.clone());
    }
    let generated = SigningKey::generate_two()?;
    Ok(KEYS.get_or_init(|| generated).clone())
}

/// Returns the names of the user pools in the settings.
fn pools_of(settings: &Settings) -> Vec<String> {
    let lists = settings.client_groups.values();
    let lists = lists.chain(&settings.allowed_client_ids).flatten();
    let in_lists = lists.filter_map(|entry| entry.split_once(':'));
    let in_lists = in_lists.map(|(pool, _)| pool.to_owned());
    settings.pools.keys().cloned().chain(in_lists).collect()
}

fn issuer(pool: &str) -> String {
    format!("https://user-pools.invalid/{pool}")
}
