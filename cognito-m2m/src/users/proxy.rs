use std::fmt;

use crate::client_id::ClientId;
use crate::principal::ServicePrincipal;
use crate::qualified_client_id::QualifiedClientId;

/// A user-like value for a principal that has no row in the user table.
///
/// Use it for code that expects a user but only needs a name.
///
/// # Examples
///
/// ```
/// use cognito_m2m::ServicePrincipal;
/// use cognito_m2m::token::Claims;
/// use cognito_m2m::users::ProxyUser;
/// use serde_json::json;
///
/// let claims = Claims::from_value(json!({ "client_id": "reporting" }))?;
/// let user = ProxyUser::from(ServicePrincipal::danger_from_claims(claims)?);
/// assert_eq!(user.username(), "reporting");
/// assert!(user.is_authenticated() && !user.is_anonymous());
/// assert_eq!(user.client_id(), user.principal().client_id());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ProxyUser {
    principal: ServicePrincipal,
    username: QualifiedClientId,
}

impl ProxyUser {
    /// Returns the client ID, or `pool:client_id` for a client of an additional user pool.
    ///
    /// The prefix prevents the administrator of an additional pool from choosing the username of
    /// another pool's client.
    #[must_use]
    pub fn username(&self) -> &str {
        self.username.as_str()
    }

    /// Returns the client ID of the principal.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        self.principal.client_id()
    }

    /// Always returns `true`, because the principal has been authenticated.
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        true
    }

    /// Always returns `false`.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        false
    }

    /// Returns the principal that the proxy represents.
    #[must_use]
    pub fn principal(&self) -> &ServicePrincipal {
        &self.principal
    }
}

impl From<ServicePrincipal> for ProxyUser {
    fn from(principal: ServicePrincipal) -> Self {
        Self {
            username: principal.qualified_client_id(),
            principal,
        }
    }
}

impl fmt::Debug for ProxyUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxyUser")
            .field("username", &self.username())
            .finish_non_exhaustive()
    }
}
