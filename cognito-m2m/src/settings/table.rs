use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::pool::PoolSettings;
use super::value::SettingValue;
use crate::scope::ScopeMatch;
use crate::setting_fault::SettingFault;

/// Makes `Settings` of one table, so that field, setter, `serde` name and environment variable
/// cannot drift apart.
macro_rules! settings {
    ($($(#[doc = $doc:literal])+ $kind:ident $name:ident($example:expr): $type:ty = $default:expr;)+) => {
        /// Everything that can be set. Nothing is judged before
        /// [`CognitoAuthBuilder::build`](crate::CognitoAuthBuilder::build), which finds every fault
        /// at once.
        ///
        /// Each setting is a function here, a name for `serde`, and an environment variable: its
        /// name in upper case with the prefix `COGNITO_M2M_`.
        ///
        /// # Examples
        ///
        /// ```
        /// use cognito_m2m::Settings;
        ///
        /// let settings = Settings::default()
        ///     .region("us-east-1")
        ///     .user_pool_id("us-east-1_AbCdEfGhI")
        ///     .audience("https://api.example.com");
        ///
        /// let same: Settings = serde_json::from_str(r#"{
        ///     "region": "us-east-1",
        ///     "user_pool_id": "us-east-1_AbCdEfGhI",
        ///     "audience": "https://api.example.com",
        ///     "leeway": "30s"
        /// }"#)?;
        /// # Ok::<(), serde_json::Error>(())
        /// ```
        #[derive(Clone, Debug)]
        pub struct Settings {
            $(pub(crate) $name: $type,)+
            pub(crate) faults: Vec<SettingFault>,
        }

        impl Default for Settings {
            fn default() -> Self {
                Self {
                    $($name: $default,)+
                    faults: Vec::new(),
                }
            }
        }

        impl Settings {
            $(settings!(@setter $kind $name, $type,
                $(#[doc = $doc])+
                #[doc = "\n# Examples\n\n```\n# use std::time::Duration;\n# use cognito_m2m::{ScopeMatch, Settings};"]
                #[doc = concat!("let settings = Settings::default().", stringify!($name), "(", stringify!($example), ");\n```")]
            );)+

            fn assign(&mut self, name: &str, given: Given) -> Result<(), String> {
                match name {
                    $(stringify!($name) => self.$name = given.read()?,)+
                    _ => return Err("is no setting: check its spelling".to_owned()),
                }
                Ok(())
            }
        }
    };
    (@setter value $name:ident, $type:ty, $(#[$attribute:meta])+) => {
        $(#[$attribute])+
        #[must_use]
        pub fn $name(mut self, value: $type) -> Self {
            self.$name = value;
            self
        }
    };
    (@setter text $name:ident, $type:ty, $(#[$attribute:meta])+) => {
        $(#[$attribute])+
        #[must_use]
        pub fn $name(mut self, text: impl Into<String>) -> Self {
            self.$name = text.into().into();
            self
        }
    };
    (@setter list $name:ident, $type:ty, $(#[$attribute:meta])+) => {
        $(#[$attribute])+
        #[must_use]
        pub fn $name(mut self, entries: impl IntoIterator<Item = impl Into<String>>) -> Self {
            self.$name = Some(entries.into_iter().map(Into::into).collect());
            self
        }
    };
    (@setter map $name:ident, $type:ty, $(#[$attribute:meta])+) => {};
}

settings! {
    /// The AWS Region of the user pool. Required with `user_pool_id`, unless `issuer` and
    /// `jwks_url` are given.
    text region("us-east-1"): Option<String> = None;

    /// The id of the user pool. Required, unless `issuer` and `jwks_url` are given.
    text user_pool_id("us-east-1_AbCdEfGhI"): Option<String> = None;

    /// The `iss` claim of good tokens, compared code point by code point. Default: follows from
    /// Region and pool, in every AWS partition. For stand-ins and newer forms of the issuer;
    /// `https`, or `http` on loopback.
    text issuer("http://127.0.0.1:9229/us-east-1_local"): Option<String> = None;

    /// Where the keys are. Default: follows from Region and pool. `https`, or `http` on loopback.
    text jwks_url("http://127.0.0.1:9229/us-east-1_local/.well-known/jwks.json"): Option<String> = None;

    /// Further user pools by name. In the environment: their ids, separated by commas; the Region
    /// is in the id, and the id is the name.
    map pools(()): BTreeMap<String, PoolSettings> = BTreeMap::new();

    /// What `aud` must contain. Default: none, and then `aud` is not looked at: Cognito puts an
    /// audience into a machine token only where resource binding asks for one.
    text audience("https://api.example.com"): Option<String> = None;

    /// Whether a token without `aud` is refused when an `audience` is set. Default: true.
    value require_audience(false): bool = true;

    /// The clients that may call guarded handlers which have no list of their own. Default: every
    /// client with a good token. An entry is `client_id`, or `pool:client_id` for a further pool.
    list allowed_client_ids(["reporting", "sync"]): Option<Vec<String>> = None;

    /// Named lists of clients for `allow_client_ids(group = "..")`. In the environment:
    /// `reporting=id1,id2;sync=id3`.
    map client_groups(()): BTreeMap<String, Vec<String>> = BTreeMap::new();

    /// The header that carries the token. Default: `Authorization`. Actix redacts that one only
    /// in its own `Debug` output.
    text header_name("X-Service-Authorization"): String = "Authorization".to_owned();

    /// The scheme in front of the token. Default: `Bearer`; compared without case.
    text header_prefix("Bearer"): String = "Bearer".to_owned();

    /// How several scopes combine where an attribute does not say. Default: `all`, each of them must
    /// be there.
    value default_scope_match(ScopeMatch::Any): ScopeMatch = ScopeMatch::All;

    /// The clock skew that `exp`, `nbf` and `iat` are allowed. Default: 60 s, as other verifiers
    /// have it; NTP keeps servers far within.
    value leeway(Duration::from_secs(30)): Duration = Duration::from_secs(60);

    /// Whether the middleware itself answers 401 to a malformed or bad token. Default: true. When
    /// off, the request goes on without a principal, for another middleware to look at.
    value fail_on_invalid_bearer(false): bool = true;

    /// Whether refusals are JSON, `{"detail": ".."}`, or plain text. Default: true.
    value json_error_responses(false): bool = true;

    /// The `realm` of `WWW-Authenticate`. Default: `api`.
    text realm("widgets"): String = "api".to_owned();

    /// Whether access tokens of users are admitted beside those of machines. Default: false.
    value accept_user_tokens(true): bool = false;

    /// Whether `http` is allowed beyond loopback. Default: false: whoever can answer for the key
    /// server can sign any token.
    value danger_allow_http(true): bool = false;

    /// The longest token, in bytes. Default: 32 KiB; Cognito's largest legal one has about 18 KiB
    /// (50 scopes of 256 characters).
    value max_token_bytes(16 * 1024): usize = 32 * 1024;

    /// The longest life of a token, from `iat` to `exp`. Default: 24 h, the longest that Cognito
    /// can be set to; the leeway comes on top.
    value max_token_lifetime(Duration::from_secs(3600)): Duration = Duration::from_secs(24 * 60 * 60);

    /// How many verified tokens are remembered, so that they are not verified again. Default:
    /// 10 000, some 25 MB of tokens of the usual size; 0 remembers none.
    value token_cache_entries(1_000): usize = 10_000;

    /// How long fetched keys are fresh; they are fetched again at 80 % of it. Default: 5 min. A
    /// `Cache-Control: max-age` of the key server is honoured instead, within 1 min and 1 h.
    value jwks_ttl(Duration::from_secs(600)): Duration = Duration::from_secs(5 * 60);

    /// The least time between two fetches that unknown `kid`s cause. Default: 10 s, so that a
    /// flood of them reaches the key server six times a minute, and a new key waits 10 s at most.
    value jwks_cooldown(Duration::from_secs(30)): Duration = Duration::from_secs(10);

    /// How long keys serve without a successful refresh. Default: 24 h: an outage of the key
    /// server is ridden out for a day, a withdrawn key is not trusted for ever.
    value jwks_max_stale(Duration::from_secs(3600)): Duration = Duration::from_secs(24 * 60 * 60);

    /// How long connecting to the key server may take. Default: 1 s.
    value jwks_connect_timeout(Duration::from_millis(500)): Duration = Duration::from_secs(1);

    /// How long a whole fetch of keys may take. Default: 3 s; first requests may wait that long.
    value jwks_timeout(Duration::from_secs(2)): Duration = Duration::from_secs(3);

    /// The largest answer of the key server, in bytes, after decompression. Default: 512 KiB;
    /// Cognito's has about 1 KiB.
    value jwks_max_bytes(64 * 1024): usize = 512 * 1024;

    /// The most keys that a JWKS may have. Default: 100; Cognito's has two.
    value jwks_max_keys(10): usize = 100;

    /// Whether the mapper of the builder is asked for the users of principals. Default: false, no
    /// user is looked up. On without a mapper is a fault.
    value user_mapping_enabled(true): bool = false;

    /// Whether a principal without a user gets a proxy of one, see
    /// [`ProxyUser`](crate::users::ProxyUser). Default: false.
    value return_user_proxy(true): bool = false;

    /// How long a user may be looked up, waiting for a connection included. Default: 1 s; a
    /// request that needs the user is answered 503 then.
    value mapping_timeout(Duration::from_millis(500)): Duration = Duration::from_secs(1);

    /// Whether it is noted when each client was first and last seen. Default: false. On without a
    /// store is a fault.
    value track_client_activity(true): bool = false;

    /// How often notes of client activity are written; a client seen for the first time is written
    /// at once. Default: 1 s, so that writes are bounded by clients and not by requests.
    value activity_flush_interval(Duration::from_secs(5)): Duration = Duration::from_secs(1);

    /// How long [`CognitoAuth::shutdown`](crate::CognitoAuth::shutdown) waits for what runs in the
    /// background. Default: 5 s.
    value shutdown_timeout(Duration::from_secs(2)): Duration = Duration::from_secs(5);
}

impl Settings {
    /// Adds a further user pool: another tenant, or another Region. Names are `A-Za-z0-9_.-`.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::Settings;
    /// use cognito_m2m::settings::PoolSettings;
    ///
    /// let tenant = PoolSettings::default().user_pool_id("eu-west-1_JkLmNoPqR");
    /// let settings = Settings::default().pool("tenant-a", tenant);
    /// ```
    #[must_use]
    pub fn pool(mut self, name: impl Into<String>, pool: PoolSettings) -> Self {
        self.pools.insert(name.into(), pool);
        self
    }

    /// Adds a named list of clients for `allow_client_ids(group = "..")`.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::Settings;
    ///
    /// let settings = Settings::default().client_group("reporting", ["id1", "id2"]);
    /// ```
    #[must_use]
    pub fn client_group(
        mut self,
        name: impl Into<String>,
        clients: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let clients = clients.into_iter().map(Into::into).collect();
        self.client_groups.insert(name.into(), clients);
        self
    }

    /// Takes one setting as it was given; what is wrong with it is kept for the end.
    pub(super) fn take(&mut self, name: &str, given: Given) {
        if let Err(problem) = self.assign(name, given) {
            self.faults.push(SettingFault::new(name, problem));
        }
    }
}

/// A setting as it was given.
pub(super) enum Given {
    Text(String),
    Value(Value),
}

impl Given {
    fn read<T: SettingValue>(self) -> Result<T, String> {
        match self {
            Self::Text(text) if text.is_empty() => {
                Err("is empty: give it a value, or leave it out".to_owned())
            }
            Self::Text(text) => T::from_text(&text),
            Self::Value(value) => T::from_value(value),
        }
    }
}

/// Faults of value are found at start-up with all the others, so this fails only where the source
/// is no map.
impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(SettingsVisitor)
    }
}

struct SettingsVisitor;

impl<'de> Visitor<'de> for SettingsVisitor {
    type Value = Settings;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings of cognito-m2m by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Settings, A::Error> {
        let mut settings = Settings::default();
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            settings.take(&name, Given::Value(value));
        }
        Ok(settings)
    }
}
