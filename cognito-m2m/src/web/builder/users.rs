//! The configuration of user lookups.

use crate::pool::PoolName;
use crate::settings::{SettingFault, Settings};
use crate::users::{AnyMapper, Users};

/// Returns the configuration of user lookups, and a fault if the mapper and the settings are
/// inconsistent.
///
/// A client ID is unique only within its pool. With several pools, the mapper must therefore
/// declare which pools it serves.
pub(super) fn user_lookups(
    settings: &Settings,
    has_custom_validator: bool,
    mapper: Option<Box<dyn AnyMapper>>,
) -> (Users, Option<SettingFault>) {
    let is_enabled = settings.user_mapping_enabled;
    if mapper.is_some() && !is_enabled {
        tracing::info!(
            "a user mapper is configured but not used, because `user_mapping_enabled` is off"
        );
    }
    let mapper = mapper.filter(|_| is_enabled);
    let pools = mapper.as_ref().and_then(|mapper| mapper.served_pools());
    let is_known = |name: &String| name == PoolName::DEFAULT || settings.pools.contains_key(name);
    let problem = match (&mapper, &pools) {
        (None, _) if is_enabled => Some(
            "is on, but no user mapper is configured: pass one to `CognitoAuth::builder().user_mapper(..)`"
                .to_owned(),
        ),
        (Some(_), Some(names)) if names.is_empty() => {
            Some("the user mapper serves no pool: pass at least one to `serving(..)`".to_owned())
        }
        (Some(_), Some(names)) => names.iter().find(|name| !is_known(name)).map(|name| {
            format!("the user mapper serves the pool {name:?}, which is not configured")
        }),
        (Some(_), None) if !settings.pools.is_empty() && !has_custom_validator => Some(
            "with several pools, the user mapper must declare which ones it serves: `mapper.serving([\"default\"])`"
                .to_owned(),
        ),
        _ => None,
    };
    let users = Users {
        mapper,
        pools: pools.map(Into::into),
        return_proxy: settings.return_user_proxy,
        timeout: settings.mapping_timeout,
    };
    (
        users,
        problem.map(|problem| SettingFault::new("user_mapping_enabled", problem)),
    )
}
