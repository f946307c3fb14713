use std::collections::HashSet;
use std::time::Duration;

use url::Url;

use super::pool::PoolSettings;
use super::table::Settings;
use crate::loopback::is_loopback;
use crate::policy::{ClientGroups, ClientList, PolicyDefaults};
use crate::pool::{PoolName, is_region, issuer_of, jwks_url_of, region_of};
use crate::setting_fault::{SettingFault, SettingsError};
use crate::token::is_tchar;
use crate::validator::AudienceRule;

/// Settings without a fault, in the types that the rest of the crate works with.
pub(crate) struct CheckedSettings {
    pub(crate) pools: Vec<PoolPlan>,
    pub(crate) policy_defaults: PolicyDefaults,
    pub(crate) settings: Settings,
}

/// One user pool: whose tokens, and where the keys are.
pub(crate) struct PoolPlan {
    pub(crate) name: PoolName,
    pub(crate) issuer: Box<str>,
    pub(crate) jwks_url: Url,
    pub(crate) audience: Option<AudienceRule>,
    pub(crate) allowed_clients: Option<ClientList>,
}

impl Settings {
    /// Judges everything, and reports all faults together.
    ///
    /// With a validator of the team's own, user pools are neither needed nor looked at.
    pub(crate) fn check(
        self,
        has_own_validator: bool,
        found_elsewhere: Vec<SettingFault>,
    ) -> Result<CheckedSettings, SettingsError> {
        let mut faults = Faults(self.faults.clone());
        let pools = if has_own_validator {
            Vec::new()
        } else {
            faults.pools(&self)
        };
        let groups = faults.groups(&self);
        let allowed_clients =
            faults.client_list("allowed_client_ids", self.allowed_client_ids.as_deref());
        faults.pools_of_lists(&self);
        faults.texts(&self);
        faults.numbers(&self);
        faults.0.extend(found_elsewhere);
        if !faults.0.is_empty() {
            return Err(SettingsError::of(faults.0));
        }
        Ok(CheckedSettings {
            pools,
            policy_defaults: PolicyDefaults {
                scope_match: self.default_scope_match,
                allowed_clients,
                groups,
            },
            settings: self,
        })
    }

    fn default_pool(&self) -> PoolSettings {
        PoolSettings {
            region: self.region.clone(),
            user_pool_id: self.user_pool_id.clone(),
            issuer: self.issuer.clone(),
            jwks_url: self.jwks_url.clone(),
            audience: self.audience.clone(),
            require_audience: Some(self.require_audience),
            // The top-level list is the default allowlist of handlers, and no gate.
            allowed_client_ids: None,
        }
    }
}

struct Faults(Vec<SettingFault>);

impl Faults {
    fn add(&mut self, setting: impl Into<String>, problem: impl Into<String>) {
        let fault = SettingFault::new(setting, problem);
        // A setting that could not be read needs no second complaint.
        if !self
            .0
            .iter()
            .any(|known| known.setting() == fault.setting())
        {
            self.0.push(fault);
        }
    }

    fn pools(&mut self, settings: &Settings) -> Vec<PoolPlan> {
        let mut plans = Vec::new();
        plans.extend(self.pool(settings, PoolName::default(), &settings.default_pool(), ""));
        for (name, pool) in &settings.pools {
            match PoolName::further(name) {
                Some(known) => {
                    plans.extend(self.pool(settings, known, pool, &format!("pools.{name}.")));
                }
                None => self.add(
                    format!("pools.{name}"),
                    format!(
                        "expected a name of `A-Za-z0-9_.-` other than `default`, found {name:?}"
                    ),
                ),
            }
        }
        let mut issuers = HashSet::new();
        for plan in &plans {
            if !issuers.insert(&plan.issuer) {
                self.add(
                    "pools",
                    format!(
                        "expected an issuer of its own for each pool, found {} twice",
                        plan.issuer
                    ),
                );
            }
        }
        plans
    }

    fn pool(
        &mut self,
        settings: &Settings,
        name: PoolName,
        pool: &PoolSettings,
        path: &str,
    ) -> Option<PoolPlan> {
        let derived = self.derived_issuer(&name, pool, path);
        let issuer = pool.issuer.clone().or_else(|| derived.clone());
        let jwks_url = pool
            .jwks_url
            .clone()
            .or_else(|| derived.as_deref().map(jwks_url_of));
        let sound_issuer = pool.issuer.as_deref().is_none_or(|issuer| {
            self.url(settings, &format!("{path}issuer"), issuer)
                .is_some()
        });
        // Everything is looked at before anything is given up, so that all faults are found.
        let allowed = self.client_ids(
            &format!("{path}allowed_client_ids"),
            &name,
            pool.allowed_client_ids.as_deref(),
        );
        if let Some(audience) = &pool.audience {
            self.plain_text(&format!("{path}audience"), audience);
        }
        let jwks_url = self.url(settings, &format!("{path}jwks_url"), &jwks_url?)?;
        let audience = pool.audience.clone().or_else(|| settings.audience.clone());
        Some(PoolPlan {
            issuer: issuer.filter(|_| sound_issuer)?.into(),
            jwks_url,
            audience: audience.map(|audience| AudienceRule {
                audience: audience.into(),
                required: pool.require_audience.unwrap_or(settings.require_audience),
            }),
            allowed_clients: allowed,
            name,
        })
    }

    /// What follows from Region and pool id; not asked where issuer and JWKS URL are both given.
    fn derived_issuer(
        &mut self,
        name: &PoolName,
        pool: &PoolSettings,
        path: &str,
    ) -> Option<String> {
        let overridden = pool.issuer.is_some() && pool.jwks_url.is_some();
        let own_region = pool.user_pool_id.as_deref().and_then(region_of);
        let region = match (&pool.region, own_region) {
            // The id of a further pool is enough, since the Region is in it.
            (None, Some(region)) if !name.is_default() => Some(region),
            (region, _) => region.as_deref(),
        };
        if overridden {
            return None;
        }
        for (setting, value) in [
            ("region", region),
            ("user_pool_id", pool.user_pool_id.as_deref()),
        ] {
            if value.is_none() {
                self.add(
                    format!("{path}{setting}"),
                    "required, unless `issuer` and `jwks_url` are both given",
                );
            }
        }
        if let Some(region) = region.filter(|region| !is_region(region)) {
            self.add(
                format!("{path}region"),
                format!("expected an AWS Region like `us-east-1`, found {region:?}"),
            );
        }
        let id = pool.user_pool_id.as_deref()?;
        match (own_region, region) {
            (None, _) => self.add(
                format!("{path}user_pool_id"),
                format!("expected a user pool id like `us-east-1_AbCdEfGhI`, found {id:?}"),
            ),
            (Some(own), Some(region)) if own != region => self.add(
                format!("{path}user_pool_id"),
                format!("expected a user pool of the Region {region}, found {id:?}"),
            ),
            _ => return Some(issuer_of(region?, id)),
        }
        None
    }

    fn url(&mut self, settings: &Settings, setting: &str, text: &str) -> Option<Url> {
        // The parser would take blanks away, and the issuer is compared as it was written.
        self.plain_text(setting, text);
        let Ok(url) = Url::parse(text) else {
            self.add(setting, format!("expected a URL, found {text:?}"));
            return None;
        };
        let has_extras = url.query().is_some() && !setting.ends_with("jwks_url")
            || url.fragment().is_some()
            || !url.username().is_empty()
            || url.password().is_some();
        let problem = match url.scheme() {
            _ if has_extras => "expected a URL without user, query and fragment",
            "https" => return Some(url),
            "http" if settings.danger_allow_http || is_loopback(&url) => return Some(url),
            "http" => "expected https: http is for loopback only (`danger_allow_http` lifts that)",
            _ => "expected an https URL",
        };
        self.add(setting, format!("{problem}, found {text:?}"));
        None
    }

    fn groups(&mut self, settings: &Settings) -> ClientGroups {
        let lists = settings.client_groups.iter().filter_map(|(name, clients)| {
            if name.is_empty() {
                self.add(
                    "client_groups",
                    "expected a name for each group, found an empty one",
                );
            }
            let list = self.client_list(&format!("client_groups.{name}"), Some(clients))?;
            Some((name.clone(), list))
        });
        lists.collect()
    }

    /// An empty list is a fault: it would admit nobody, and a mistyped one must not open the door.
    fn client_list(&mut self, setting: &str, entries: Option<&[String]>) -> Option<ClientList> {
        let entries = entries?;
        if entries.is_empty() {
            self.add(
                setting,
                "is empty: list at least one client, or leave it out",
            );
            return None;
        }
        match ClientList::new(entries) {
            Ok(list) => Some(list),
            Err(error) => {
                self.add(setting, error.to_string());
                None
            }
        }
    }

    /// The clients of one pool, by their ids alone.
    fn client_ids(
        &mut self,
        setting: &str,
        pool: &PoolName,
        ids: Option<&[String]>,
    ) -> Option<ClientList> {
        let ids = ids?;
        if let Some(id) = ids.iter().find(|id| id.contains(':')) {
            self.add(
                setting,
                format!("expected client ids of this pool, found {id:?}"),
            );
            return None;
        }
        let qualified: Vec<_> = ids.iter().map(|id| format!("{pool}:{id}")).collect();
        self.client_list(setting, Some(&qualified))
    }

    fn pools_of_lists(&mut self, settings: &Settings) {
        let lists = settings
            .client_groups
            .iter()
            .map(|(name, list)| (format!("client_groups.{name}"), list));
        let default = settings
            .allowed_client_ids
            .iter()
            .map(|list| ("allowed_client_ids".to_owned(), list));
        for (setting, list) in lists.chain(default) {
            for (pool, _) in list.iter().filter_map(|entry| entry.split_once(':')) {
                if pool != PoolName::DEFAULT && !settings.pools.contains_key(pool) {
                    self.add(&setting, format!("expected `pool:client_id` to name a pool of the setting `pools`, found {pool:?}"));
                }
            }
        }
    }

    fn texts(&mut self, settings: &Settings) {
        let is_token = |text: &str| !text.is_empty() && text.bytes().all(is_tchar);
        if !is_token(&settings.header_name) {
            self.add(
                "header_name",
                format!(
                    "expected the name of a header, found {:?}",
                    settings.header_name
                ),
            );
        }
        if settings.header_name.eq_ignore_ascii_case("cookie") {
            self.add(
                "header_name",
                "expected another header than `Cookie`: a browser sends it unasked",
            );
        }
        if !is_token(&settings.header_prefix) {
            self.add(
                "header_prefix",
                format!(
                    "expected an authentication scheme, found {:?}",
                    settings.header_prefix
                ),
            );
        }
        // RFC 6750 section 3: no `"` and no `\\`, so that nothing needs an escape.
        let quotable = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E);
        if settings.realm.is_empty() || !settings.realm.bytes().all(quotable) {
            self.add(
                "realm",
                format!(
                    "expected printable ASCII without `\"` and `\\`, found {:?}",
                    settings.realm
                ),
            );
        }
    }

    /// Neither empty nor with blanks around it or control characters in it, as a file with a line
    /// break at its end would give.
    fn plain_text(&mut self, setting: &str, text: &str) {
        if text.is_empty() {
            self.add(setting, "is empty: give it a value, or leave it out");
        } else if text.trim() != text || text.chars().any(char::is_control) {
            let problem = "expected no blanks around it and no control characters";
            self.add(setting, format!("{problem}, found {text:?}"));
        }
    }

    fn numbers(&mut self, settings: &Settings) {
        if settings.jwks_ttl < Duration::from_secs(1) {
            self.add("jwks_ttl", "expected 1 s or more");
        }
        let durations = [
            ("max_token_lifetime", settings.max_token_lifetime),
            ("jwks_ttl", settings.jwks_ttl),
            ("jwks_cooldown", settings.jwks_cooldown),
            ("jwks_max_stale", settings.jwks_max_stale),
            ("jwks_connect_timeout", settings.jwks_connect_timeout),
            ("jwks_timeout", settings.jwks_timeout),
            ("mapping_timeout", settings.mapping_timeout),
            ("activity_flush_interval", settings.activity_flush_interval),
            ("shutdown_timeout", settings.shutdown_timeout),
        ];
        for (setting, _) in durations
            .iter()
            .filter(|(_, duration)| *duration == Duration::ZERO)
        {
            self.add(*setting, "expected more than 0");
        }
        let sizes = [
            ("max_token_bytes", settings.max_token_bytes),
            ("jwks_max_bytes", settings.jwks_max_bytes),
            ("jwks_max_keys", settings.jwks_max_keys),
        ];
        for (setting, _) in sizes.iter().filter(|(_, size)| *size == 0) {
            self.add(*setting, "expected more than 0");
        }
    }
}

#[cfg(test)]
mod tests;
