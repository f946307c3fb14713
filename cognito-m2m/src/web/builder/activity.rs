//! The recorder and the writer of client activity.

use std::sync::Arc;

use crate::activity::{ActivityStore, Recorder, WriteTimes, Writer};
use crate::runtime::Background;
use crate::settings::{CheckedSettings, SettingFault, Settings};
use crate::time::Clock;

/// Returns a fault if activity is tracked without a store, or if a pool name is too long.
pub(super) fn activity_fault(settings: &Settings, has_store: bool) -> Option<SettingFault> {
    let is_enabled = settings.track_client_activity;
    if has_store && !is_enabled {
        tracing::info!(
            "an activity store is configured but not used, because `track_client_activity` is off"
        );
    }
    // The column has room for `pool:client_id` with 255 characters.
    let max_length = 255 - 1 - crate::client_id::MAX_LENGTH;
    let too_long = settings.pools.keys().find(|name| name.len() > max_length);
    let problem = match too_long {
        _ if !is_enabled => return None,
        _ if !has_store => {
            "is on, but no activity store is configured: pass one to `CognitoAuth::builder().activity_store(..)`"
                .to_owned()
        }
        Some(_) => format!("expected pool names of at most {max_length} characters"),
        None => return None,
    };
    Some(SettingFault::new("track_client_activity", problem))
}

/// Starts the background task that writes activity to the store, and returns the recorder for
/// requests.
pub(super) fn start_tracking(
    settings: &CheckedSettings,
    store: Box<dyn ActivityStore>,
    clock: &Arc<dyn Clock>,
    background: &Background,
) -> Arc<Recorder> {
    let times = WriteTimes {
        precision: settings.activity_precision,
        flush_interval: settings.activity_flush_interval,
        shutdown_timeout: settings.shutdown_timeout,
    };
    let pools = settings.pool_names.iter().cloned();
    let (recorder, writer) = Writer::new(pools, store, times, Arc::clone(clock));
    background.spawn_until_stopped(|stop| writer.run(stop));
    recorder
}
