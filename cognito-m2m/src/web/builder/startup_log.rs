use crate::policy::{ClientList, guarded_handlers};
use crate::scope_match::ScopeMatch;
use crate::settings::{CheckedPool, CheckedSettings, Settings, StartupFields};

/// Logs the effective settings on one line, and a warning for each setting that weakens security.
pub(super) fn log(settings: &Settings, checked: &CheckedSettings, has_custom_validator: bool) {
    let pools = checked.pools.as_slice();
    let issuers: Vec<_> = pools
        .iter()
        .map(|pool| (pool.name.as_str(), &*pool.issuer))
        .collect();
    let allowed_clients = &checked.policy_defaults.allowed_clients;
    settings.log(&StartupFields {
        issuers: &issuers,
        has_custom_validator,
        allowed_clients: allowed_clients.as_ref().map(ClientList::len),
        guarded_handlers: guarded_handlers().count(),
    });
    for warning in warnings(settings, pools) {
        tracing::warn!(warning, "a setting weakens security");
    }
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

/// Returns a warning for each setting that weakens security.
fn warnings(settings: &Settings, pools: &[CheckedPool]) -> Vec<&'static str> {
    let unbounded = |pool: &CheckedPool| pool.audience.is_none() && pool.allowed_clients.is_none();
    let cases = [
        (
            settings.allowed_client_ids.is_none() && pools.iter().any(unbounded),
            "no audience and no allowlist: every client of the user pool is admitted if it has the scopes",
        ),
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
        let strict = Settings::default().audience("api");
        assert_eq!(warnings(&strict, &[]), [""; 0]);
        let weak = strict
            .default_scope_match(ScopeMatch::Any)
            .header_name("X-Token")
            .accept_user_tokens(true)
            .danger_allow_http(true);
        assert_eq!(warnings(&weak, &[]).len(), 4);
    }
}
