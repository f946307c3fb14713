use std::sync::Arc;
use std::time::Duration;

use http_0_2::HeaderName;

use super::clients::{check_allowed_clients, check_groups};
use super::faults::Faults;
use super::header::{AuthScheme, Realm, check_header_name, check_realm, check_scheme};
use super::limits::check_limits;
use super::pools::{CheckedPool, check_pools, pool_names};
use super::resource_servers::check_resource_servers;
use crate::jwks::{FetchLimits, KeyLimits};
use crate::policy::PolicyDefaults;
use crate::pool::PoolName;
use crate::setting_fault::{SettingFault, SettingsError};
use crate::settings::table::Settings;
use crate::unguarded_routes::UnguardedRoutes;
use crate::validator::TokenRules;

/// Valid settings, in the types that the rest of the crate uses.
pub(crate) struct CheckedSettings {
    pub(crate) pools: Vec<CheckedPool>,
    pub(crate) pool_names: Vec<PoolName>,
    pub(crate) policy_defaults: Arc<PolicyDefaults>,
    pub(crate) header_name: HeaderName,
    pub(crate) header_prefix: AuthScheme,
    pub(crate) realm: Realm,
    pub(crate) json_error_responses: bool,
    pub(crate) fail_on_invalid_bearer: bool,
    pub(crate) unguarded_routes: UnguardedRoutes,
    pub(crate) max_token_bytes: usize,
    pub(crate) token_rules: TokenRules,
    pub(crate) token_cache_entries: usize,
    pub(crate) key_limits: KeyLimits,
    pub(crate) connect_timeout: Duration,
    pub(crate) fetch_limits: FetchLimits,
    pub(crate) jwks_ttl: Duration,
    pub(crate) jwks_cooldown: Duration,
    pub(crate) track_client_activity: bool,
    pub(crate) activity_flush_interval: Duration,
    pub(crate) activity_precision: Duration,
    pub(crate) cutoff_refresh: Duration,
    pub(crate) cutoff_required: bool,
    pub(crate) shutdown_timeout: Duration,
}

impl Settings {
    /// Checks all settings. Returns all faults together, including `other_faults`.
    ///
    /// With a custom validator, the user pools are neither required nor checked.
    pub(crate) fn check(
        &self,
        has_custom_validator: bool,
        other_faults: Vec<SettingFault>,
    ) -> Result<CheckedSettings, SettingsError> {
        let mut faults = Faults::new(self.faults.clone());
        let pools = if has_custom_validator {
            Vec::new()
        } else {
            check_pools(&mut faults, self)
        };
        let groups = check_groups(&mut faults, self);
        let allowed_clients = check_allowed_clients(&mut faults, self);
        let resource_servers = check_resource_servers(&mut faults, self);
        let header_name = check_header_name(&mut faults, self);
        let header_prefix = check_scheme(&mut faults, self);
        let realm = check_realm(&mut faults, self);
        check_limits(&mut faults, self);
        faults.extend(other_faults);
        let (Some(header_name), Some(header_prefix), Some(realm), true) =
            (header_name, header_prefix, realm, faults.is_empty())
        else {
            return Err(faults.into_error());
        };
        Ok(CheckedSettings {
            pools,
            pool_names: pool_names(self),
            policy_defaults: Arc::new(PolicyDefaults {
                scope_match: self.default_scope_match,
                allowed_clients,
                groups,
                resource_servers,
            }),
            header_name,
            header_prefix,
            realm,
            json_error_responses: self.json_error_responses,
            fail_on_invalid_bearer: self.fail_on_invalid_bearer,
            unguarded_routes: self.unguarded_routes,
            max_token_bytes: self.max_token_bytes,
            token_rules: self.token_rules(),
            token_cache_entries: self.token_cache_entries,
            key_limits: self.key_limits(),
            connect_timeout: self.jwks_connect_timeout,
            fetch_limits: self.fetch_limits(),
            jwks_ttl: self.jwks_ttl,
            jwks_cooldown: self.jwks_cooldown,
            track_client_activity: self.track_client_activity,
            activity_flush_interval: self.activity_flush_interval,
            activity_precision: self.activity_precision,
            cutoff_refresh: self.cutoff_refresh,
            cutoff_required: self.cutoff_required,
            shutdown_timeout: self.shutdown_timeout,
        })
    }

    fn token_rules(&self) -> TokenRules {
        TokenRules {
            leeway: self.leeway,
            max_lifetime: self.max_token_lifetime,
            accept_user_tokens: self.accept_user_tokens,
        }
    }

    fn key_limits(&self) -> KeyLimits {
        KeyLimits {
            max_stale: self.jwks_max_stale,
            fetch_timeout: self.jwks_timeout,
        }
    }

    pub(super) fn fetch_limits(&self) -> FetchLimits {
        FetchLimits {
            timeout: self.jwks_timeout,
            max_bytes: self.jwks_max_bytes,
            max_keys: self.jwks_max_keys,
        }
    }
}
