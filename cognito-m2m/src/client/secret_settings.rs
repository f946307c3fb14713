use std::sync::Arc;

use super::secret_file::read_secret;
use super::secret_set::SecretSet;
use super::secret_source::{SecretCallback, SecretSource};
use super::settings::TokenClientSettings;

const SECRET_SETTINGS: [&str; 3] = ["client_secret", "client_secret_2", "client_secret_file"];

/// The source of the client secret, and the secrets that are known at the start.
pub(super) struct CheckedSecrets {
    pub(super) source: SecretSource,
    /// `None` until the callback returns.
    pub(super) first: Option<SecretSet>,
}

impl CheckedSecrets {
    /// Returns the secrets of the only source that is set, and reads the file. Returns `None` if
    /// there are faults, which are added to the settings.
    pub(super) fn new(
        settings: &mut TokenClientSettings,
        callback: Option<SecretCallback>,
    ) -> Option<Self> {
        add_faults_of_combinations(settings, callback.is_some());
        let mut faults = settings.faults.iter();
        if faults.any(|fault| SECRET_SETTINGS.contains(&fault.setting())) {
            return None;
        }
        if let Some(callback) = callback {
            return Some(Self {
                source: SecretSource::Callback(callback),
                first: None,
            });
        }
        if let Some(path) = settings.client_secret_file.take() {
            return match read_secret(&path) {
                Ok(secret) => Some(Self {
                    source: SecretSource::File(Arc::new(path)),
                    first: Some(SecretSet::new(vec![secret])),
                }),
                Err(error) => {
                    settings.add_fault("client_secret_file", error.problem());
                    None
                }
            };
        }
        let Some(secret) = settings.client_secret.take() else {
            let problem = "required, or `client_secret_file` or the callback `client_secret_from`";
            settings.add_fault("client_secret", problem);
            return None;
        };
        let second = settings.client_secret_2.take();
        let secrets: Vec<_> = std::iter::once(secret).chain(second).collect();
        Some(Self {
            source: SecretSource::Settings(secrets.clone()),
            first: Some(SecretSet::new(secrets)),
        })
    }
}

/// Adds a fault for each source that can't be combined with another one. It names both.
fn add_faults_of_combinations(settings: &mut TokenClientSettings, has_callback: bool) {
    let file = settings.client_secret_file.is_some();
    let file = file.then_some("`client_secret_file`");
    let callback = has_callback.then_some("the callback `client_secret_from`");
    let other_than_text: Vec<_> = file.into_iter().chain(callback).collect();
    let others = [
        (settings.client_secret.is_some(), "client_secret"),
        (settings.client_secret_2.is_some(), "client_secret_2"),
    ];
    for (is_set, setting) in others {
        if is_set && !other_than_text.is_empty() {
            let others = other_than_text.join(" and ");
            settings.add_fault(setting, format!("can't be combined with {others}: set one"));
        }
    }
    if let (Some(_), Some(callback)) = (file, callback) {
        let problem = format!("can't be combined with {callback}: set one");
        settings.add_fault("client_secret_file", problem);
    }
}
