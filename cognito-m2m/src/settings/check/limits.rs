use std::time::Duration;

use super::faults::Faults;
use crate::settings::table::Settings;

/// Checks that the durations and sizes are not too small.
pub(super) fn check_limits(faults: &mut Faults, settings: &Settings) {
    if settings.jwks_ttl < Duration::from_secs(1) {
        faults.add("jwks_ttl", "expected 1 s or more");
    }
    let durations = [
        ("max_token_lifetime", settings.max_token_lifetime),
        ("jwks_cooldown", settings.jwks_cooldown),
        ("jwks_max_stale", settings.jwks_max_stale),
        ("jwks_connect_timeout", settings.jwks_connect_timeout),
        ("jwks_timeout", settings.jwks_timeout),
        ("mapping_timeout", settings.mapping_timeout),
        ("activity_flush_interval", settings.activity_flush_interval),
        ("cutoff_refresh", settings.cutoff_refresh),
        ("shutdown_timeout", settings.shutdown_timeout),
    ];
    let sizes = [
        ("max_token_bytes", settings.max_token_bytes),
        ("jwks_max_bytes", settings.jwks_max_bytes),
        ("jwks_max_keys", settings.jwks_max_keys),
    ];
    let durations = durations.map(|(setting, duration)| (setting, duration.is_zero()));
    let sizes = sizes.map(|(setting, size)| (setting, size == 0));
    for (setting, is_zero) in durations.into_iter().chain(sizes) {
        if is_zero {
            faults.add(setting, "expected more than 0");
        }
    }
}
