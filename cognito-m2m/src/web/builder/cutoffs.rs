//! The periodic read of the cut-offs.

use std::sync::Arc;

use crate::cutoff::{CutoffRefresh, CutoffStore, KnownCutoffs};
use crate::runtime::Background;
use crate::settings::CheckedSettings;
use crate::time::Clock;

/// Starts to read the cut-offs on the background thread.
pub(super) fn start_reading(
    settings: &CheckedSettings,
    store: Arc<dyn CutoffStore>,
    clock: &Arc<dyn Clock>,
    background: &Background,
) -> Arc<KnownCutoffs> {
    if !settings.cutoff_required {
        tracing::warn!(
            warning = "cutoff_required is off: after a start without the cut-off store, clients that are cut off are served",
            "a setting weakens security"
        );
    }
    let known = Arc::new(KnownCutoffs::new(settings.cutoff_required));
    let refresh = CutoffRefresh {
        store,
        known: Arc::clone(&known),
        interval: settings.cutoff_refresh,
        pools: settings.pool_names.clone().into(),
        clock: Arc::clone(clock),
    };
    background.spawn(refresh.run());
    known
}
