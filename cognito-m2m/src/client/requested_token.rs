use super::client_metadata::ClientMetadata;
use super::scopes::RequestedScopes;

/// Everything that distinguishes one token of a client from another. It is the key of the token
/// cache.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct RequestedToken {
    pub(super) scopes: RequestedScopes,
    pub(super) client_metadata: ClientMetadata,
}
