use crate::policy::{ClientList, guarded_handlers};
use crate::scope::ScopeMatch;
use crate::settings::{CheckedPool, CheckedSettings, Settings, StartupFields};

/// Logs the settings in one line, and a warning for each setting that weakens security.
pub(super) fn log(settings: &Settings, checked: &CheckedSettings, has_own_validator: bool) {
    let pools = checked.pools.as_slice();
    let issuers: Vec<_> = pools
        .iter()
        .map(|pool| (pool.name.as_str(), &*pool.issuer))
        .collect();
    let allowed_clients = &checked.policy_defaults.defaults.allowed_clients;
    settings.log(&StartupFields {
        issuers: &issuers,
        has_own_validator,
        allowed_clients: allowed_clients.as_ref().map(ClientList::len),
        guarded_handlers: guarded_handlers().count(),
    });
    for warning in warnings(settings, pools) {
        tracing::warn!(warning, "a setting loosens the guard");
    }
    if !has_own_validator {
        warn_of_unknown_pools(pools);
    }
}

/// A program may be deployed without some of its pools, so this is no fault; a name that is spelled
/// wrong refuses its client, and nobody would know why.
fn warn_of_unknown_pools(pools: &[CheckedPool]) {
    let is_unknown = |pool: &&str| pools.iter().all(|known| known.name.as_str() != *pool);
    for layer in guarded_handlers() {
        for pool in layer.policy.pools().filter(is_unknown) {
            tracing::warn!(
                pool,
                handler = layer.handler,
                file = layer.file,
                line = layer.line,
                "an attribute names a pool that the setting `pools` lacks: its clients are refused"
            );
        }
    }
}

fn warnings(settings: &Settings, pools: &[CheckedPool]) -> Vec<&'static str> {
    let unbounded = |pool: &CheckedPool| pool.audience.is_none() && pool.allowed_clients.is_none();
    let cases = [
        (
            settings.allowed_client_ids.is_none() && pools.iter().any(unbounded),
            "no audience and no allowlist: every client of the user pool passes where its scopes do",
        ),
        (
            settings.default_scope_match == ScopeMatch::Any,
            "default_scope_match is any: one of several scopes is enough where an attribute does not say",
        ),
        (
            !settings.header_name.eq_ignore_ascii_case("authorization"),
            "header_name is not Authorization: Actix prints other headers in its own Debug output",
        ),
        (
            settings.accept_user_tokens,
            "accept_user_tokens is on: tokens of users pass as those of machines",
        ),
        (
            settings.danger_allow_http,
            "danger_allow_http is on: whoever can answer for the key server can sign any token",
        ),
        (
            settings.leeway.as_secs() > 300,
            "leeway is over five minutes: tokens live longer than their issuer meant",
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
    fn what_loosens_the_guard_is_named() {
        let sound = Settings::default().audience("api");
        assert_eq!(warnings(&sound, &[]), [""; 0]);
        let loose = sound
            .default_scope_match(ScopeMatch::Any)
            .header_name("X-Token")
            .accept_user_tokens(true)
            .danger_allow_http(true);
        assert_eq!(warnings(&loose, &[]).len(), 4);
    }
}
