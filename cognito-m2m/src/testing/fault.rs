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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// Where the keys are.
    Jwks,
    /// Where tokens are granted.
    Token,
}

/// What an endpoint does instead of answering as it should.
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
    /// Answers with this status, with `Retry-After` in seconds if given, and with this body, as
    /// JSON, or none.
    Status(u16, Option<u64>, Option<String>),
    /// Sends the caller elsewhere: 302 with this `Location`.
    Redirect(String),
    /// Waits, in real time, and then answers as it should.
    Delay(Duration),
    /// Accepts the request and never answers.
    Hang,
    /// Sends the head and half of the right answer, and then nothing more.
    Stall,
    /// Drops the connection without a byte of an answer.
    CloseConnection,
}
