use std::collections::BTreeMap;

use super::report_only::report_only_layers;
use crate::client_id::is_cognito_client_id;
use crate::policy::{ClientList, Layer, Policy, guarded_handlers, public_handlers};
use crate::pool::{PoolName, parse_issuer};
use crate::scope_match::ScopeMatch;
use crate::settings::{AllowedClients, CheckedPool, CheckedSettings, Settings, StartupFields};
use crate::unguarded_routes::UnguardedRoutes;

/// Logs the effective settings on one line, and a warning for each setting that weakens security.
pub(super) fn log(settings: &Settings, checked: &CheckedSettings, has_custom_validator: bool) {
    let pools = checked.pools.as_slice();
    let issuers: Vec<_> = pools
        .iter()
        .flat_map(|pool| {
            pool.issuers
                .iter()
                .map(|it| (pool.name.as_str(), &*it.text))
        })
        .collect();
    let allowed_clients = &checked.policy_defaults.allowed_clients;
    settings.log(&StartupFields {
        issuers: &issuers,
        has_custom_validator,
        allowed_clients: AllowedClients(allowed_clients.as_ref().map(ClientList::len)),
        guarded_handlers: guarded_handlers().count(),
        public_handlers: public_handlers().count(),
    });
    for warning in warnings(settings) {
        tracing::warn!(warning, "a setting weakens security");
    }
    warn_about_open_handlers(settings, pools);
    warn_about_report_only();
    if !has_custom_validator {
        warn_about_unknown_pools(pools);
        warn_about_audiences(settings);
    }
}

/// Warns about attributes that name an unknown pool.
///
/// This is not an error, because a program may be deployed without some of its pools. But if the
/// name is misspelled, the clients of the pool are refused without an obvious reason.
fn warn_about_unknown_pools(pools: &[CheckedPool]) {
    let is_unknown = |pool: &&str| pools.iter().all(|known| known.name.as_str() != *pool);
    for layer in guarded_handlers() {
        for pool in layer.policy.pools().filter(is_unknown) {
            tracing::warn!(
                pool,
                handler = layer.handler,
                file = layer.file,
                line = layer.line,
                "an attribute names a pool that the setting `pools` does not define; its clients are refused"
            );
        }
    }
}

/// Warns about each attribute that only reports.
fn warn_about_report_only() {
    for layer in report_only_layers() {
        tracing::warn!(
            warning = "an attribute has danger_report_only: requests that it denies are served and logged as would_refuse",
            handler = layer.handler,
            file = layer.file,
            line = layer.line,
            "a rule is not enforced"
        );
    }
}

/// Warns about audiences that no machine token has, once for each user pool.
fn warn_about_audiences(settings: &Settings) {
    for pool in pools_with_foreign_audience(settings) {
        tracing::warn!(
            pool,
            warning = "audience is not a client ID: no machine token of this user pool ever carries it; set resource_servers to refuse tokens for other APIs",
            "a setting matches no machine token"
        );
    }
}

/// Returns the names of the Cognito user pools whose audience is not a client ID.
///
/// A pre token generation trigger can add `aud` to a machine token, but only with the ID of the client
/// itself ("Pre token generation Lambda trigger" in the Amazon Cognito Developer Guide). A resource
/// binding, which puts a URL into `aud`, is for users only ("Scopes, M2M, and resource servers").
///
/// A pool with another issuer than those of Cognito is one of another server, whose tokens can have any
/// audience.
fn pools_with_foreign_audience(settings: &Settings) -> Vec<&str> {
    let default = (
        PoolName::DEFAULT,
        &settings.issuer,
        settings.audience.as_deref(),
    );
    let additional = settings.pools.iter().map(|(name, pool)| {
        let audience = pool.audience.as_deref().or(settings.audience.as_deref());
        (name.as_str(), &pool.issuer, audience)
    });
    let is_foreign = |audience: &str| !is_cognito_client_id(audience);
    let is_of_cognito = |issuer: &Option<String>| {
        let issuer = issuer.as_deref();
        issuer.is_none_or(|issuer| parse_issuer(issuer).is_some())
    };
    [default]
        .into_iter()
        .chain(additional)
        .filter(|(_, issuer, audience)| is_of_cognito(issuer) && audience.is_some_and(is_foreign))
        .map(|(name, ..)| name)
        .collect()
}

/// Warns about handlers that admit every client of a user pool: those that require neither a scope nor
/// a client, if the settings limit neither the resource servers, nor the clients, nor the audience.
///
/// With a scope of the API's resource server, tokens for other APIs are refused, so the default
/// settings need no warning.
fn warn_about_open_handlers(settings: &Settings, pools: &[CheckedPool]) {
    let is_unbounded = |pool: &CheckedPool| {
        let has_audience = pool.audience.as_ref().is_some_and(|rule| rule.required);
        !has_audience && pool.allowed_clients.is_none()
    };
    if settings.resource_servers.is_some()
        || settings.allowed_client_ids.is_some()
        || !pools.iter().any(is_unbounded)
    {
        return;
    }
    let handlers = handlers_without_requirement(guarded_handlers());
    if let Some(handler) = handlers.first() {
        tracing::warn!(
            warning = "no resource_servers and no allowlist: a handler that requires neither a scope nor a client admits every client of the user pool",
            handler,
            handlers = handlers.len(),
            "a setting weakens security"
        );
    }
}

/// Returns the names of the handlers whose attributes require a valid token and nothing else, sorted.
/// An attribute that only reports requires nothing.
fn handlers_without_requirement(layers: impl Iterator<Item = &'static Layer>) -> Vec<&'static str> {
    let mut is_open = BTreeMap::new();
    for layer in layers {
        let requires_token_only = layer.report_only || layer.policy == Policy::authenticated();
        *is_open.entry(layer.handler).or_insert(true) &= requires_token_only;
    }
    let open = is_open.into_iter().filter(|(_, is_open)| *is_open);
    open.map(|(handler, _)| handler).collect()
}

/// Returns a warning for each setting that weakens security.
fn warnings(settings: &Settings) -> Vec<&'static str> {
    let cases = [
        (
            settings.default_scope_match == ScopeMatch::Any,
            "default_scope_match is any: one of several scopes is enough unless an attribute specifies otherwise",
        ),
        (
            !settings.header_name.eq_ignore_ascii_case("authorization"),
            "header_name is not Authorization: Actix does not redact other headers in its Debug output",
        ),
        (
            settings.accept_user_tokens,
            "accept_user_tokens is on: access tokens of users are accepted like those of machines",
        ),
        (
            settings.danger_allow_http,
            "danger_allow_http is on: anyone who can intercept the key fetch can sign any token",
        ),
        (
            !settings.jwks_fetch
                || settings
                    .pools
                    .values()
                    .any(|pool| pool.jwks_fetch == Some(false)),
            "jwks_fetch is off: a withdrawn key is accepted until the configured keys change",
        ),
        (
            settings.unguarded_routes == UnguardedRoutes::Allow,
            "unguarded_routes is allow: a handler without a guard answers everyone, and no log line says so",
        ),
        (
            settings.leeway.as_secs() > 300,
            "leeway is over five minutes: tokens are accepted long after they expire",
        ),
    ];
    cases
        .into_iter()
        .filter(|(applies, _)| *applies)
        .map(|(_, warning)| warning)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::PoolSettings;

    #[test]
    fn settings_that_weaken_security_are_warned_about() {
        let default = Settings::default();
        assert_eq!(warnings(&default), [""; 0]);
        let weak = default
            .default_scope_match(ScopeMatch::Any)
            .header_name("X-Token")
            .accept_user_tokens(true)
            .danger_allow_http(true)
            .unguarded_routes(UnguardedRoutes::Allow);
        assert_eq!(warnings(&weak).len(), 5);
        let strict = Settings::default().unguarded_routes(UnguardedRoutes::Deny);
        assert_eq!(warnings(&strict), [""; 0]);
    }

    #[test]
    fn audiences_that_no_machine_token_of_cognito_has_are_found() {
        let pool = || PoolSettings::default().user_pool_id("eu-west-1_b");
        let cognito = Settings::default().user_pool_id("us-east-1_AbCdEfGhI");
        let local = Settings::default()
            .issuer("https://issuer.example")
            .jwks_url("https://issuer.example/keys");
        let none: &[&str] = &[];
        for (settings, expected) in [
            (cognito.clone(), none),
            (cognito.clone().audience("7k2m9f3qexample"), none),
            (
                cognito.clone().audience("https://api.example.com"),
                &["default"],
            ),
            (cognito.clone().audience("api.example.com"), &["default"]),
            (cognito.clone().audience("my-api"), &["default"]),
            (cognito.clone().audience("widgets/read"), &["default"]),
            (cognito.clone().audience("a".repeat(129)), &["default"]),
            // The keys come from a mirror, the tokens from Cognito.
            (
                cognito
                    .clone()
                    .jwks_url("https://mirror.example/keys")
                    .audience("https://api.example.com"),
                &["default"],
            ),
            (local.clone().audience("https://api.example.com"), none),
            // An additional pool without an audience has that of the top-level settings.
            (
                local
                    .clone()
                    .audience("https://api.example.com")
                    .pool("tenant", pool()),
                &["tenant"],
            ),
            (
                cognito
                    .clone()
                    .audience("https://api.example.com")
                    .pool("own", pool().audience("7k2m9f3qexample"))
                    .pool("tenant", pool()),
                &["default", "tenant"],
            ),
            (
                cognito.pool("tenant", pool().audience("https://api.example.com")),
                &["tenant"],
            ),
        ] {
            assert_eq!(
                pools_with_foreign_audience(&settings),
                expected,
                "{settings:?}"
            );
        }
    }

    #[test]
    fn handlers_that_require_neither_scopes_nor_clients_are_found() {
        let new_layer = |handler: &'static str, policy, report_only| -> &'static Layer {
            Box::leak(Box::new(Layer {
                policy,
                handler,
                file: "handlers.rs",
                line: 1,
                report_only,
                routes: &[],
            }))
        };
        let layer = |handler, policy| new_layer(handler, policy, false);
        let reported = |handler, policy| new_layer(handler, policy, true);
        let layers = [
            layer("who_am_i", Policy::authenticated()),
            layer("list", Policy::scope("widgets/read")),
            // An attribute on the module, and one on the handler.
            layer("create", Policy::authenticated()),
            layer("create", Policy::scope("widgets/write")),
            layer("report", Policy::allow_groups(["reporting"])),
            layer("about", Policy::authenticated()),
            reported("rehearsed", Policy::scope("widgets/read")),
            reported("half_rehearsed", Policy::scope("widgets/read")),
            layer("half_rehearsed", Policy::scope("widgets/write")),
        ];
        let found = handlers_without_requirement(layers.into_iter());
        assert_eq!(found, ["about", "rehearsed", "who_am_i"]);
    }
}
