use std::collections::BTreeMap;
use std::time::Duration;

use super::define::{OptionalList, OptionalText, StartupFields, settings};
use super::pool::PoolSettings;
use super::value::UnparsedValue;
use crate::issuer_type::IssuerType;
use crate::scope_match::ScopeMatch;
use crate::setting_fault::SettingFault;
use crate::setting_text::RedactedUrl;
use crate::unguarded_routes::UnguardedRoutes;

settings! {
    /// Sets the AWS Region of the user pool, such as `us-east-1`. Default: the Region in
    /// `user_pool_id`.
    ///
    /// A Region that contradicts `user_pool_id` is a fault.
    ///
    /// Environment variable: `COGNITO_M2M_REGION`.
    text region("us-east-1"): Option<String> = None, logged in issuers;

    /// Sets the ID of the user pool, such as `us-east-1_AbCdEfGhI`. Required, unless `issuer` and
    /// `jwks_url` are both set.
    ///
    /// Environment variable: `COGNITO_M2M_USER_POOL_ID`.
    text user_pool_id("us-east-1_AbCdEfGhI"): Option<String> = None, logged in issuers;

    /// Sets the issuer of the accepted tokens: the `iss` claim must equal it, code point by code
    /// point. Default: derived from Region and pool ID, in every AWS partition.
    ///
    /// Set it for a local substitute for Cognito, or for an issuer that this crate does not
    /// derive. It must be an `https` URL, or an `http` URL of a loopback address.
    ///
    /// Environment variable: `COGNITO_M2M_ISSUER`.
    text issuer("http://127.0.0.1:9229/us-east-1_local"): Option<String> = None, logged in issuers;

    /// Sets the URL of the JWK Set with the signing keys. Default: derived from Region and pool ID.
    ///
    /// It must be an `https` URL, or an `http` URL of a loopback address.
    ///
    /// Environment variable: `COGNITO_M2M_JWKS_URL`.
    text jwks_url("http://127.0.0.1:9229/us-east-1_local/.well-known/jwks.json"): Option<String> = None, not logged;

    /// Sets the issuers of the user pool that are accepted. Default: `original` and `updated`, since a
    /// live pool can be switched from one to the other.
    ///
    /// Both follow from Region and pool ID, in every AWS partition. They belong to the same pool: a
    /// client has the same allowlist, activity and user under either. The keys of each are fetched from
    /// its own JWKS URL, unless `jwks_url` is set. `issuer` replaces both. Additional pools use this
    /// setting unless they set their own.
    ///
    /// Environment variable: `COGNITO_M2M_ISSUER_TYPES`, separated by commas.
    types issuer_types([cognito_m2m::settings::IssuerType::Updated]): Option<Vec<IssuerType>> = None, logged in issuers;

    /// Sets the Regions of the user pool's replicas, whose tokens are accepted too. Default: none.
    ///
    /// With the issuer type `original`, the `iss` of a token names the Region that issued it. Tokens of
    /// Regions that are not listed are refused.
    ///
    /// Environment variable: `COGNITO_M2M_REPLICA_REGIONS`, separated by commas.
    list replica_regions(["eu-west-1"]): Option<Vec<String>> = None, logged in issuers;

    /// Additional user pools, by name. Default: none.
    ///
    /// In the environment, list the IDs of the pools, separated by commas. The Region is part of
    /// the ID, and the ID is also the name of the pool.
    ///
    /// Environment variable: `COGNITO_M2M_POOLS`.
    map pools(()): BTreeMap<String, PoolSettings> = BTreeMap::new(), logged in issuers;

    /// Sets the audience that the `aud` claim must contain. Default: none, and `aud` is ignored.
    ///
    /// Cognito puts no `aud` claim into a machine token, unless a pre token generation trigger adds it.
    /// Its value is then the ID of the client itself ("Pre token generation Lambda trigger" in the
    /// Amazon Cognito Developer Guide). So, for a user pool of Cognito, an audience is the ID of the
    /// only client that is accepted; only the tokens of users can have the URL of an API. To refuse tokens
    /// for other APIs, use [`resource_servers`](Self::resource_servers).
    ///
    /// Environment variable: `COGNITO_M2M_AUDIENCE`.
    text audience("7k2m9f3qexample"): Option<String> = None, logged as text;

    /// Sets whether tokens without an `aud` claim are refused if `audience` is set. Default: true.
    ///
    /// Environment variable: `COGNITO_M2M_REQUIRE_AUDIENCE`.
    value require_audience(false): bool = true, logged as value;

    /// Sets the identifiers of the resource servers that this API is. Default: none, and tokens for
    /// other APIs of the user pool are not refused as such.
    ///
    /// A token without any scope `<identifier>/<name>` of one of them is refused with 403 wherever the
    /// principal is asked for, before any other rule: attributes, extractors, policies. Handlers that
    /// ask for no principal serve it. The list applies to the tokens of all user pools, to those of users
    /// too, and to a custom validator. See [`guide::which_api`](crate::guide::which_api).
    ///
    /// An identifier is text like `widgets`, or a URL like `https://api.example.com`. It is compared
    /// exactly with the part of a scope before the last slash.
    ///
    /// Environment variable: `COGNITO_M2M_RESOURCE_SERVERS`, separated by commas.
    list resource_servers(["widgets"]): Option<Vec<String>> = None, logged as list;

    /// Sets the default allowlist: the clients that may call guarded handlers whose attributes list
    /// no clients.
    /// Default: every client with a valid token.
    ///
    /// An entry is `client_id`, or `pool:client_id` for a client of an additional pool.
    ///
    /// Environment variable: `COGNITO_M2M_ALLOWED_CLIENT_IDS`, separated by commas.
    list allowed_client_ids(["reporting", "sync"]): Option<Vec<String>> = None, logged in allowed_clients;

    /// Named lists of clients for `allow_client_ids(group = "..")`. Default: none.
    ///
    /// Environment variable: `COGNITO_M2M_CLIENT_GROUPS`, written `reporting=id1,id2;sync=id3`.
    map client_groups(()): BTreeMap<String, Vec<String>> = BTreeMap::new(), logged as count;

    /// Sets whether a program with `danger_report_only` in an attribute fails to start. Default: false,
    /// and a warning is logged for each such attribute.
    ///
    /// The error names all of them, including those of handlers that the program does not mount. See
    /// [which_attribute](crate::guide::which_attribute#a-rule-that-only-reports).
    ///
    /// Environment variable: `COGNITO_M2M_DENY_REPORT_ONLY`.
    value deny_report_only(true): bool = false, logged as value;

    /// Sets the request header that carries the token. Default: `Authorization`.
    ///
    /// It is the name as in a request. The spelling of Django's `META` (`HTTP_AUTHORIZATION`), and any
    /// other name with underscores, which proxies drop, is a fault.
    ///
    /// If you change it, the `Debug` output of a request contains the token: Actix redacts only
    /// `Authorization`.
    ///
    /// Environment variable: `COGNITO_M2M_HEADER_NAME`.
    text header_name("X-Service-Authorization"): String = "Authorization".to_owned(), logged as value;

    /// Sets the authentication scheme before the token, compared case-insensitively.
    /// Default: `Bearer`.
    ///
    /// Environment variable: `COGNITO_M2M_HEADER_PREFIX`.
    text header_prefix("Bearer"): String = "Bearer".to_owned(), logged as value;

    /// Sets whether a caller needs all or any of several scopes, for attributes and policies that
    /// do not specify this. Default: `all`.
    ///
    /// Environment variable: `COGNITO_M2M_DEFAULT_SCOPE_MATCH`, with the value `all` or `any`.
    value default_scope_match(ScopeMatch::Any): ScopeMatch = ScopeMatch::All, logged as debug;

    /// Sets the clock skew that is tolerated for `exp`, `nbf` and `iat`. Default: 60 s, which is
    /// common in JWT libraries; the skew of servers synchronized by NTP is far smaller.
    ///
    /// Environment variable: `COGNITO_M2M_LEEWAY`.
    value leeway(Duration::from_secs(30)): Duration = Duration::from_secs(60), logged as debug;

    /// Sets whether every request with a malformed or invalid token is answered with 401, even if
    /// its handler requires no token. Default: true.
    ///
    /// If it is off, the request is passed on without a principal, so that another middleware can
    /// authenticate it. Guarded handlers still refuse it.
    ///
    /// Environment variable: `COGNITO_M2M_FAIL_ON_INVALID_BEARER`.
    value fail_on_invalid_bearer(false): bool = true, logged as value;

    /// Sets whether refusals are JSON (`{"detail": ".."}`) instead of plain text. Default: true.
    ///
    /// Environment variable: `COGNITO_M2M_JSON_ERROR_RESPONSES`.
    value json_error_responses(false): bool = true, logged as value;

    /// Sets the `realm` of the `WWW-Authenticate` header. Default: `api`.
    ///
    /// Environment variable: `COGNITO_M2M_REALM`.
    text realm("widgets"): String = "api".to_owned(), logged as value;

    /// Sets whether access tokens of users are accepted in addition to those of machines.
    /// Default: false.
    ///
    /// Environment variable: `COGNITO_M2M_ACCEPT_USER_TOKENS`.
    value accept_user_tokens(true): bool = false, logged as value;

    /// Sets what happens if a route answers although no guard was evaluated, and it is not public.
    /// Default: `warn`, which logs a warning once for each route pattern and method.
    ///
    /// [`UnguardedRoutes`] lists what counts as a guard.
    ///
    /// Environment variable: `COGNITO_M2M_UNGUARDED_ROUTES`, with the value `warn`, `deny` or `allow`.
    value unguarded_routes(cognito_m2m::settings::UnguardedRoutes::Deny): UnguardedRoutes = UnguardedRoutes::Warn, logged as debug;

    /// Sets whether the issuer and the JWKS URL may use `http` with hosts other than loopback
    /// addresses. Default: false, because an attacker who can impersonate the server of the JWKS
    /// URL can sign any token.
    ///
    /// Environment variable: `COGNITO_M2M_DANGER_ALLOW_HTTP`.
    value danger_allow_http(true): bool = false, logged as value;

    /// Sets the maximum length of a token, in bytes. Default: 32 KiB; the largest token that
    /// Cognito issues has about 18 KiB (50 scopes of 256 characters).
    ///
    /// Environment variable: `COGNITO_M2M_MAX_TOKEN_BYTES`.
    value max_token_bytes(16 * 1024): usize = 32 * 1024, logged as value;

    /// Sets the maximum lifetime of a token, from `iat` to `exp`. Default: 24 h, the maximum that
    /// Cognito allows. The leeway is added to it.
    ///
    /// Environment variable: `COGNITO_M2M_MAX_TOKEN_LIFETIME`.
    value max_token_lifetime(Duration::from_secs(3600)): Duration = Duration::from_secs(24 * 60 * 60), logged as debug;

    /// Sets the maximum number of verified tokens in the cache. Default: 10 000, about 15 MB for
    /// tokens of the usual size. With 0, every token is verified on every request.
    ///
    /// In addition, each worker refers to the tokens that it has received more than once, up to the same
    /// number. That takes about 250 bytes for each of them, and another 200 bytes if client activity is
    /// tracked.
    ///
    /// Environment variable: `COGNITO_M2M_TOKEN_CACHE_ENTRIES`.
    value token_cache_entries(1_000): usize = 10_000, logged as value;

    /// Sets how long fetched keys are fresh. They are refreshed when about 80 % of that time has
    /// passed. Default: 5 min.
    ///
    /// If the server sends `Cache-Control: max-age`, that value is used instead, limited to
    /// between 1 min and 1 h.
    ///
    /// Environment variable: `COGNITO_M2M_JWKS_TTL`.
    value jwks_ttl(Duration::from_secs(600)): Duration = Duration::from_secs(5 * 60), logged as debug;

    /// Sets the minimum time between two key fetches that are caused by tokens with an unknown
    /// `kid`. Default: 10 s.
    ///
    /// With the default, a flood of such tokens causes at most six fetches per minute, and a new
    /// key is accepted within 10 s.
    ///
    /// Environment variable: `COGNITO_M2M_JWKS_COOLDOWN`.
    value jwks_cooldown(Duration::from_secs(30)): Duration = Duration::from_secs(10), logged as debug;

    /// Sets how long keys are used after their last successful refresh. Default: 24 h.
    ///
    /// With the default, the service keeps working while the server of the JWKS URL is down for up
    /// to a day, but does not trust a withdrawn key forever.
    ///
    /// Environment variable: `COGNITO_M2M_JWKS_MAX_STALE`.
    value jwks_max_stale(Duration::from_secs(3600)): Duration = Duration::from_secs(24 * 60 * 60), logged as debug;

    /// Sets a file with a JWK Set, whose keys are used while no keys can be fetched. Default: none.
    ///
    /// The file is read at the start. Its keys are used for up to `jwks_max_stale` after that, and no
    /// longer once a fetch has succeeded, so that a withdrawn key does not live on. With `jwks_fetch` off,
    /// they are the only keys.
    ///
    /// Environment variable: `COGNITO_M2M_JWKS_FILE`.
    text jwks_file("/etc/cognito/jwks.json"): Option<String> = None, logged as text;

    /// Sets whether keys are fetched. Default: true.
    ///
    /// Turn it off in a network without outbound access. Keys then come only from `jwks_file`, which is
    /// read again every `jwks_ttl`, or from [`jwks`](Self::jwks). They never expire, so a withdrawn key is
    /// accepted until the file changes, and a warning is logged at start-up. If the file can't be read,
    /// the previous keys stay in use.
    ///
    /// Environment variable: `COGNITO_M2M_JWKS_FETCH`.
    value jwks_fetch(false): bool = true, logged as value;

    /// Sets the maximum time for connecting to the server of the JWKS URL. Default: 1 s.
    ///
    /// Environment variable: `COGNITO_M2M_JWKS_CONNECT_TIMEOUT`.
    value jwks_connect_timeout(Duration::from_millis(500)): Duration = Duration::from_secs(1), logged as debug;

    /// Sets the maximum time for a whole key fetch. Default: 3 s; the first requests after the
    /// start may wait that long.
    ///
    /// Environment variable: `COGNITO_M2M_JWKS_TIMEOUT`.
    value jwks_timeout(Duration::from_secs(2)): Duration = Duration::from_secs(3), logged as debug;

    /// Sets the maximum size of the JWK Set, in bytes after decompression. Default: 512 KiB; that
    /// of Cognito has about 1 KiB.
    ///
    /// Environment variable: `COGNITO_M2M_JWKS_MAX_BYTES`.
    value jwks_max_bytes(64 * 1024): usize = 512 * 1024, logged as value;

    /// Sets the maximum number of keys in the JWK Set. Default: 100; that of Cognito has two.
    ///
    /// Environment variable: `COGNITO_M2M_JWKS_MAX_KEYS`.
    value jwks_max_keys(10): usize = 100, logged as value;

    /// Sets whether principals are mapped to users, with the mapper from
    /// [`CognitoAuthBuilder::user_mapper`](crate::CognitoAuthBuilder::user_mapper). Default: false.
    ///
    /// Enabling it without a mapper is a fault.
    ///
    /// Environment variable: `COGNITO_M2M_USER_MAPPING_ENABLED`.
    value user_mapping_enabled(true): bool = false, logged as value;

    /// Sets whether a [`ProxyUser`](crate::users::ProxyUser) represents a principal that is not
    /// mapped to a user. Default: false.
    ///
    /// Environment variable: `COGNITO_M2M_RETURN_USER_PROXY`.
    value return_user_proxy(true): bool = false, logged as value;

    /// Sets the maximum time for looking up a user, including the wait for a database connection.
    /// Default: 1 s; after that, a request that requires the user is answered with 503.
    ///
    /// Environment variable: `COGNITO_M2M_MAPPING_TIMEOUT`.
    value mapping_timeout(Duration::from_millis(500)): Duration = Duration::from_secs(1), logged as debug;

    /// Sets whether the times of each client's first and last requests are recorded.
    /// Default: false.
    ///
    /// Enabling it without an [`ActivityStore`](crate::activity::ActivityStore) is a fault.
    ///
    /// Environment variable: `COGNITO_M2M_TRACK_CLIENT_ACTIVITY`.
    value track_client_activity(true): bool = false, logged as value;

    /// Sets the minimum interval between two writes of client activity. Default: 1 s.
    ///
    /// The interval is the longer of this one and a sixth of `activity_precision`, which is 10 s by
    /// default. New clients don't wait for the interval.
    ///
    /// Environment variable: `COGNITO_M2M_ACTIVITY_FLUSH_INTERVAL`.
    value activity_flush_interval(Duration::from_secs(5)): Duration = Duration::from_secs(1), logged as debug;

    /// Sets the precision of the stored `last_seen_at`. Default: 60 s.
    ///
    /// The row of a client is updated only if the client was seen at least that much later than the
    /// stored time. The number of updates therefore depends on the number of clients, and not on the
    /// number of requests or instances. While a client sends requests, its stored time lags by up to the
    /// precision and a third of it (80 s by default), because the writes are spread over time. The row of
    /// a new client is written within 250 ms. With 0, every
    /// change is written after `activity_flush_interval`. See
    /// [`guide::activity`](crate::guide::activity).
    ///
    /// Environment variable: `COGNITO_M2M_ACTIVITY_PRECISION`.
    value activity_precision(Duration::from_secs(300)): Duration = Duration::from_secs(60), logged as debug;

    /// Sets the interval at which the cut-offs are read from their store. Default: 5 s, each shortened
    /// at random by up to 10 %, so a cut-off takes effect within about 5 s on every instance.
    ///
    /// It has no effect without a [`CutoffStore`](crate::cutoff::CutoffStore).
    ///
    /// Environment variable: `COGNITO_M2M_CUTOFF_REFRESH`.
    value cutoff_refresh(Duration::from_secs(2)): Duration = Duration::from_secs(5), logged as debug;

    /// Sets whether guarded handlers require that the cut-offs have been read once. Default: true; until
    /// then, requests with a token wait up to 1 s, and guarded handlers answer 503.
    ///
    /// If false, requests are served before the first read, including those of clients that are cut
    /// off. Later, the last known cut-offs apply while their store is unavailable, with either value.
    ///
    /// Environment variable: `COGNITO_M2M_CUTOFF_REQUIRED`.
    value cutoff_required(false): bool = true, logged as value;

    /// Sets the maximum time that [`CognitoAuth::shutdown`](crate::CognitoAuth::shutdown) waits for
    /// background tasks. Default: 5 s.
    ///
    /// Environment variable: `COGNITO_M2M_SHUTDOWN_TIMEOUT`.
    value shutdown_timeout(Duration::from_secs(2)): Duration = Duration::from_secs(5), logged as debug;
}
