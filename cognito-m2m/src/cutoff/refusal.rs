use crate::client_id::ClientId;

/// The error returned for a token whose client is cut off.
///
/// # Examples
///
/// ```
/// use cognito_m2m::ClientId;
/// use cognito_m2m::cutoff::CutoffRefusal;
/// use cognito_m2m::error::Refusal;
///
/// let client_id = ClientId::new("sync-worker")?;
/// let refusal = Refusal::from(CutoffRefusal { client_id, is_shut_out: true });
/// assert_eq!((refusal.status_code().as_u16(), refusal.reason()), (403, "cut_off"));
/// # Ok::<(), cognito_m2m::InvalidClientId>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", if *is_shut_out { "the client is shut out by a cut-off" } else { "the token was issued before the cut-off of its client" })]
pub struct CutoffRefusal {
    /// The client.
    pub client_id: ClientId,
    /// `true` if the cut-off is in the future, so every token of the client is refused until then.
    /// `false` if a new token is accepted.
    pub is_shut_out: bool,
}
