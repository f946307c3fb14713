//! The forms of the issuer of a user pool.

/// A form of the issuer of a user pool, which Cognito calls its issuer type.
///
/// A user pool issues tokens under one of them at a time, and a live pool can be switched from one to
/// the other. See [`Settings::issuer_types`](crate::Settings::issuer_types), and `IssuerConfigurationType`
/// in the Amazon Cognito API reference.
///
/// # Examples
///
/// ```
/// use cognito_m2m::Settings;
/// use cognito_m2m::settings::IssuerType;
///
/// let settings = Settings::default()
///     .user_pool_id("us-east-1_AbCdEfGhI")
///     .issuer_types([IssuerType::Updated]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IssuerType {
    /// `https://cognito-idp.<region>.amazonaws.com/<user pool ID>`.
    ///
    /// In the tokens of a replica, it names the Region of the replica.
    Original,
    /// `https://issuer-cognito-idp.<region>.amazonaws.com/<user pool ID>`, with the primary Region of
    /// the pool.
    Updated,
}
