use std::collections::BTreeMap;

use crate::policy::{ClientList, Layer, Policy, guarded_handlers};
use crate::scope_match::ScopeMatch;
use crate::settings::{AllowedClients, CheckedPool, CheckedSettings, Settings, StartupFields};

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
    });
    for warning in warnings(settings) {
        tracing::warn!(warning, "a setting weakens security");
    }
    warn_about_open_handlers(settings, pools);
    if !has_custom_validator {
        warn_about_unknown_pools(pools);
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

/// Warns about handlers that admit every client of a user pool: those that require neither a scope nor
/// a client, if the settings limit neither the audience nor the clients.
///
/// With a scope of the API's resource server, tokens for other APIs are refused, so the default
/// settings need no warning.
fn warn_about_open_handlers(settings: &Settings, pools: &[CheckedPool]) {
    let is_unbounded =
        |pool: &CheckedPool| pool.audience.is_none() && pool.allowed_clients.is_none();
    if settings.allowed_client_ids.is_some() || !pools.iter().any(is_unbounded) {
        return;
    }
    let handlers = handlers_without_requirement(guarded_handlers());
    if let Some(handler) = handlers.first() {
        tracing::warn!(
            warning = "no audience and no allowlist: a handler that requires neither a scope nor a client admits every client of the user pool",
            handler,
            handlers = handlers.len(),
            "a setting weakens security"
        );
    }
}

/// Returns the names of the handlers whose attributes require a valid token and nothing else, sorted.
fn handlers_without_requirement(layers: impl Iterator<Item = &'static Layer>) -> Vec<&'static str> {
    let mut is_open = BTreeMap::new();
    for layer in layers {
        *is_open.entry(layer.handler).or_insert(true) &= layer.policy == Policy::authenticated();
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

    #[test]
    fn settings_that_weaken_security_are_warned_about() {
        let default = Settings::default();
        assert_eq!(warnings(&default), [""; 0]);
        let weak = default
            .default_scope_match(ScopeMatch::Any)
            .header_name("X-Token")
            .accept_user_tokens(true)
            .danger_allow_http(true);
        assert_eq!(warnings(&weak).len(), 4);
    }

    #[test]
    fn handlers_that_require_neither_scopes_nor_clients_are_found() {
        let layer = |handler: &'static str, policy| -> &'static Layer {
            Box::leak(Box::new(Layer {
                policy,
                handler,
                file: "handlers.rs",
                line: 1,
            }))
        };
        let layers = [
            layer("who_am_i", Policy::authenticated()),
            layer("list", Policy::scope("widgets/read")),
            // An attribute on the module, and one on the handler.
            layer("create", Policy::authenticated()),
            layer("create", Policy::scope("widgets/write")),
            layer("report", Policy::allow_groups(["reporting"])),
            layer("about", Policy::authenticated()),
        ];
        let found = handlers_without_requirement(layers.into_iter());
        assert_eq!(found, ["about", "who_am_i"]);
    }
}
