use std::time::Duration;

/// An endpoint of a [`LocalCognito`](super::LocalCognito).
///
/// # Examples
///
/// ```
/// use cognito_m2m::testing::{Endpoint, Fault, LocalCognito};
///
/// let cognito = LocalCognito::start()?;
/// cognito.set_fault(Endpoint::Jwks, Some(Fault::CloseConnection));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Endpoint {
    /// The signing keys, at [`LocalCognito::jwks_url`](super::LocalCognito::jwks_url). If the pool
    /// has the [issuers of AWS](super::LocalCognitoBuilder::issuer_type), these are the keys of the
    /// ORIGINAL issuer in the primary Region.
    Jwks,
    /// The signing keys of the UPDATED issuer.
    UpdatedJwks,
    /// The signing keys of the ORIGINAL issuers of the pool's replicas, in all Regions.
    ReplicaJwks,
    /// The token endpoint, `/oauth2/token`.
    Token,
}

impl Endpoint {
    pub(super) fn publishes_keys(self) -> bool {
        matches!(self, Self::Jwks | Self::UpdatedJwks | Self::ReplicaJwks)
    }
}

/// A failure of an endpoint, set by [`LocalCognito::set_fault`](super::LocalCognito::set_fault).
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use cognito_m2m::testing::{Endpoint, Fault, LocalCognito};
///
/// let cognito = LocalCognito::start()?;
/// let throttled = r#"{"error":"too_many_requests"}"#.to_owned();
/// cognito.set_fault(Endpoint::Token, Some(Fault::Status(429, Some(2), Some(throttled))));
/// cognito.set_fault(Endpoint::Jwks, Some(Fault::Delay(Duration::from_millis(50))));
/// // ..
/// cognito.set_fault(Endpoint::Jwks, None);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Responds with this status, an optional `Retry-After` in seconds, and an optional JSON body.
    Status(u16, Option<u64>, Option<String>),
    /// Responds with status 302 and this `Location`.
    Redirect(String),
    /// Sends the regular response after this delay, in real time rather than that of a
    /// [`TestClock`](super::TestClock).
    Delay(Duration),
    /// Accepts the request and never responds.
    Hang,
    /// Sends the head and the first half of the body of the regular response, then sends nothing
    /// more and keeps the connection open.
    Stall,
    /// Closes the connection without sending a response.
    CloseConnection,
}
