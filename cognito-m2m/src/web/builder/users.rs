//! Checks the user mapper against the settings.

use crate::pool::PoolName;
use crate::settings::{SettingFault, Settings};
use crate::users::{AnyMapper, Users};

/// The users' part of the state, and what is wrong with it: a client id is unique in its pool only,
/// so that with several pools the mapper says whose it is asked about.
pub(super) fn users(
    settings: &Settings,
    has_own_validator: bool,
    mapper: Option<Box<dyn AnyMapper>>,
) -> (Users, Option<SettingFault>) {
    let is_enabled = settings.user_mapping_enabled;
    if mapper.is_some() && !is_enabled {
        tracing::info!(
            "a user mapper is there, and `user_mapping_enabled` is off: it is not asked"
        );
    }
    let mapper = mapper.filter(|_| is_enabled);
    let pools = mapper.as_ref().and_then(|mapper| mapper.served_pools());
    let is_known = |name: &String| name == PoolName::DEFAULT || settings.pools.contains_key(name);
    let problem = match (&mapper, &pools) {
        (None, _) if is_enabled => Some(
            "is on, and there is no mapper: give one to `CognitoAuth::builder().user_mapper(..)`"
                .to_owned(),
        ),
        (Some(_), Some(names)) if names.is_empty() => {
            Some("expected the mapper to serve a pool, found none".to_owned())
        }
        (Some(_), Some(names)) => names.iter().find(|name| !is_known(name)).map(|name| {
            format!("expected the mapper to name pools of the settings, found {name:?}")
        }),
        (Some(_), None) if !settings.pools.is_empty() && !has_own_validator => Some(
            "expected the mapper to name the pools that it serves, since there are several: `mapper.serving([\"default\"])`"
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
