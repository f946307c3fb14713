//! What the builder makes for the bridge from legacy users: the mapper's part, and client activity.

use std::sync::Arc;

use crate::activity::{ActivityStore, Recorder, Writer};
use crate::pool::PoolName;
use crate::runtime::Background;
use crate::settings::{SettingFault, Settings};
use crate::time::Clock;
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

pub(super) fn activity_fault(settings: &Settings, has_store: bool) -> Option<SettingFault> {
    let is_enabled = settings.track_client_activity;
    if has_store && !is_enabled {
        tracing::info!(
            "a store of client activity is there, and `track_client_activity` is off: it is not used"
        );
    }
    // `pool:client_id` has to fit into the column, which takes 255 characters.
    let longest = 255 - 1 - crate::client_id::MAX_LENGTH;
    let too_long = settings.pools.keys().find(|name| name.len() > longest);
    let problem = match too_long {
        _ if !is_enabled => return None,
        _ if !has_store => {
            "is on, and there is no store: give one to `CognitoAuth::builder().activity_store(..)`"
                .to_owned()
        }
        Some(name) => {
            format!("expected names of pools of at most {longest} characters, found {name:?}")
        }
        None => return None,
    };
    Some(SettingFault::new("track_client_activity", problem))
}

/// Starts the writer, and gives what requests note to.
pub(super) fn track(
    settings: &Settings,
    store: Box<dyn ActivityStore>,
    clock: &Arc<dyn Clock>,
    background: &Background,
) -> Arc<Recorder> {
    let further = settings
        .pools
        .keys()
        .filter_map(|name| PoolName::further(name));
    let pools = [PoolName::default()].into_iter().chain(further);
    let recorder = Arc::new(Recorder::new(pools));
    let writer = Writer {
        recorder: Arc::clone(&recorder),
        store,
        interval: settings.activity_flush_interval,
        clock: Arc::clone(clock),
    };
    background.spawn_until_stopped(|stop| writer.run(stop));
    recorder
}
