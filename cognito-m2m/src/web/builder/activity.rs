//! Creates the recorder and the writer of client activity.

use std::sync::Arc;

use crate::activity::{ActivityStore, Recorder, Writer};
use crate::runtime::Background;
use crate::settings::{CheckedSettings, SettingFault, Settings};
use crate::time::Clock;

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
    settings: &CheckedSettings,
    store: Box<dyn ActivityStore>,
    clock: &Arc<dyn Clock>,
    background: &Background,
) -> Arc<Recorder> {
    let recorder = Arc::new(Recorder::new(settings.pool_names.iter().cloned()));
    let writer = Writer {
        recorder: Arc::clone(&recorder),
        store,
        interval: settings.activity_flush_interval,
        clock: Arc::clone(clock),
    };
    background.spawn_until_stopped(|stop| writer.run(stop));
    recorder
}
