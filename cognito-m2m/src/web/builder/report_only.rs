//! The attributes with the argument `danger_report_only`.

use crate::policy::{Layer, guarded_handlers};
use crate::settings::{SettingFault, Settings};

/// Returns a fault for each attribute that only reports, if the setting `deny_report_only` is on.
pub(super) fn report_only_faults(settings: &Settings) -> Vec<SettingFault> {
    if !settings.deny_report_only {
        return Vec::new();
    }
    let fault = |layer: &Layer| {
        let Layer {
            handler,
            file,
            line,
            ..
        } = layer;
        let problem = format!(
            "is on, but {handler} has an attribute with `danger_report_only` at {file}:{line}: remove the argument to enforce the attribute"
        );
        SettingFault::new("deny_report_only", problem)
    };
    report_only_layers().into_iter().map(fault).collect()
}

/// Returns the attributes that only report, in the order of their places in the source.
pub(super) fn report_only_layers() -> Vec<&'static Layer> {
    let mut layers: Vec<_> = guarded_handlers()
        .filter(|layer| layer.report_only)
        .collect();
    layers.sort_unstable_by_key(|layer| (layer.file, layer.line, layer.handler));
    layers
}
