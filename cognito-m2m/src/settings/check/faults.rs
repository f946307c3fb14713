use crate::setting_fault::{SettingFault, SettingsError};

/// The faults found so far.
pub(super) struct Faults(Vec<SettingFault>);

impl Faults {
    pub(super) fn new(faults: Vec<SettingFault>) -> Self {
        Self(faults)
    }

    /// Adds a fault, unless the setting already has one: a value that could not be parsed needs no
    /// second message.
    pub(super) fn add(&mut self, setting: impl Into<String>, problem: impl Into<String>) {
        let fault = SettingFault::new(setting, problem);
        let mut known = self.0.iter();
        if known.all(|known| known.setting() != fault.setting()) {
            self.0.push(fault);
        }
    }

    pub(super) fn extend(&mut self, faults: Vec<SettingFault>) {
        self.0.extend(faults);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn into_error(self) -> SettingsError {
        SettingsError::new(self.0)
    }
}
