use super::pool::PoolSettings;
use super::table::Settings;
use super::value::UnparsedValue;
use crate::setting_fault::SettingFault;
use crate::setting_text::shown_name;

impl Settings {
    /// Adds a user pool, such as one of another tenant or in another Region.
    ///
    /// A name consists of the characters `A-Za-z0-9_.-` and is not `default`, which is the name of
    /// the pool of the top-level settings.
    ///
    /// Environment variable: `COGNITO_M2M_POOLS`, a list of user pool IDs, separated by commas.
    /// Each ID is also the name of its pool.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::Settings;
    /// use cognito_m2m::settings::PoolSettings;
    ///
    /// let tenant = PoolSettings::default().user_pool_id("eu-west-1_JkLmNoPqR");
    /// let settings = Settings::default().pool("tenant-a", tenant);
    /// ```
    #[must_use]
    pub fn pool(mut self, name: impl Into<String>, pool: PoolSettings) -> Self {
        self.pools.insert(name.into(), pool);
        self
    }

    /// Sets a JWK Set, whose keys are used like those of `jwks_file`. Default: none.
    ///
    /// The text is never read again. It can't be combined with `jwks_file`.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::Settings;
    ///
    /// fn without_network(jwks: String) -> Settings {
    ///     Settings::default()
    ///         .user_pool_id("us-east-1_AbCdEfGhI")
    ///         .jwks(jwks)
    ///         .jwks_fetch(false)
    /// }
    /// ```
    #[must_use]
    pub fn jwks(mut self, text: impl Into<String>) -> Self {
        self.jwks = Some(text.into());
        self
    }

    /// Adds a named list of clients for `allow_client_ids(group = "..")`.
    ///
    /// Environment variable: `COGNITO_M2M_CLIENT_GROUPS`, written `reporting=id1,id2;sync=id3`.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::Settings;
    ///
    /// let settings = Settings::default().client_group("reporting", ["id1", "id2"]);
    /// ```
    #[must_use]
    pub fn client_group(
        mut self,
        name: impl Into<String>,
        clients: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let clients = clients.into_iter().map(Into::into).collect();
        self.client_groups.insert(name.into(), clients);
        self
    }

    /// Sets a setting by its name. If that fails, the fault is kept and reported when the settings
    /// are checked.
    pub(super) fn set(&mut self, name: &str, value: UnparsedValue) {
        if let Err(problem) = self.assign(name, value) {
            self.faults
                .push(SettingFault::new(shown_name(name), problem));
        }
    }
}
