use std::time::Duration;

use super::cognito::LocalCognito;
use crate::issuer_type::IssuerType;
use crate::settings::{PoolSettings, Settings};

/// The key fetch timeout in [`LocalCognito::settings`].
const JWKS_TIMEOUT: Duration = Duration::from_secs(30);

/// The settings of an API that trusts the pool, and the issuer of new tokens.
impl LocalCognito {
    /// Returns the settings of an API that trusts this user pool.
    ///
    /// They are the issuer and the JWKS URL, or the Region and the user pool ID if the pool has the
    /// [issuers of AWS](super::LocalCognitoBuilder::issuer_type). In that case, the keys of each issuer
    /// are fetched from its loopback URL. Replicas have to be added with `replica_regions`.
    ///
    /// Both timeouts of the key fetch are 30 seconds instead of the defaults (1 second to connect,
    /// 3 seconds in total), so that a test does not fail because the machine is busy.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::CognitoAuth;
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::start()?;
    /// let auth = CognitoAuth::new(cognito.settings())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn settings(&self) -> Settings {
        let settings = Settings::default()
            .jwks_connect_timeout(JWKS_TIMEOUT)
            .jwks_timeout(JWKS_TIMEOUT);
        let issuers = &self.pool.issuers;
        let Some(region) = issuers.primary_region() else {
            return settings.issuer(self.issuer()).jwks_url(self.jwks_url());
        };
        let mut settings = settings.region(region).user_pool_id(issuers.user_pool_id());
        settings.aws_origin = Some(issuers.origin().to_owned());
        settings
    }

    /// Returns the settings of this user pool as an additional pool of an API, with the same issuers and
    /// URLs as [`settings`](Self::settings).
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::CognitoAuth;
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::start()?;
    /// let tenant = LocalCognito::builder().user_pool_id("eu-west-1_Tenant").start()?;
    /// let settings = cognito.settings().pool("tenant", tenant.pool_settings());
    /// let auth = CognitoAuth::new(settings)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn pool_settings(&self) -> PoolSettings {
        let settings = PoolSettings::default();
        let issuers = &self.pool.issuers;
        let Some(region) = issuers.primary_region() else {
            return settings.issuer(self.issuer()).jwks_url(self.jwks_url());
        };
        let mut settings = settings.region(region).user_pool_id(issuers.user_pool_id());
        settings.aws_origin = Some(issuers.origin().to_owned());
        settings
    }

    /// Switches the pool to an issuer type. New tokens have the issuer of that type, and tokens that were
    /// already issued remain valid.
    ///
    /// The first switch to the UPDATED type makes its keys available, and they remain so. An API that has
    /// asked for them before verifies its tokens with the keys of the ORIGINAL issuer until it asks again.
    ///
    /// # Panics
    ///
    /// Panics if the builder has set no [issuer type](super::LocalCognitoBuilder::issuer_type).
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::settings::IssuerType;
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::builder()
    ///     .issuer_type(IssuerType::Original)
    ///     .start()?;
    /// let before = cognito.token("reporting").sign();
    /// cognito.set_issuer_type(IssuerType::Updated);
    /// let after = cognito.token("reporting").sign();
    /// # assert_ne!(before, after);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn set_issuer_type(&self, issuer_type: IssuerType) {
        self.pool.issuers.assert_of_aws();
        let mut state = self.pool.state();
        state.issuing.issuer_type = issuer_type;
        state.publishes_updated |= issuer_type == IssuerType::Updated;
    }

    /// Makes the pool's replica in a Region issue the tokens from now on, as after a failover. The
    /// primary Region of the pool ends that.
    ///
    /// With the ORIGINAL issuer type, the issuer of these tokens names the Region of the replica. With
    /// the UPDATED type, it names the primary Region, as always.
    /// [`TokenBuilder::issued_in_region`](super::TokenBuilder::issued_in_region) does the same for a
    /// single token.
    ///
    /// # Panics
    ///
    /// Panics if the builder has set no [issuer type](super::LocalCognitoBuilder::issuer_type), or if
    /// the text is not a Region.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::CognitoAuth;
    /// use cognito_m2m::settings::IssuerType;
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::builder()
    ///     .issuer_type(IssuerType::Original)
    ///     .start()?;
    /// cognito.issue_in_region("eu-west-1");
    /// // `iss` is `https://cognito-idp.eu-west-1.amazonaws.com/us-east-1_Local0001`.
    /// let token = cognito.token("reporting").sign();
    /// # assert!(!token.is_empty());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn issue_in_region(&self, region: &str) {
        self.pool.issuers.assert_region(region);
        self.pool.state().issuing.replica_region = Some(region.to_owned());
    }
}
