use std::fmt;

use crate::client_id::ClientId;
use crate::principal::ServicePrincipal;

/// What stands in for a user where there is no row: for code that still expects one.
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
    /// With its pool in front, where a client id alone could be that of another pool's client.
    qualified: Option<Box<str>>,
}

impl ProxyUser {
    /// The client id; of a further user pool's client `pool:client_id`, since its administrator
    /// chooses neither the default pool's clients nor users.
    #[must_use]
    pub fn username(&self) -> &str {
        self.qualified
            .as_deref()
            .unwrap_or_else(|| self.principal.client_id().as_str())
    }

    /// The client id of the principal.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        self.principal.client_id()
    }

    /// Always: a machine has proved its identity.
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        true
    }

    /// Never.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        false
    }

    /// The principal that it stands for.
    #[must_use]
    pub fn principal(&self) -> &ServicePrincipal {
        &self.principal
    }
}

impl From<ServicePrincipal> for ProxyUser {
    fn from(principal: ServicePrincipal) -> Self {
        let pool = principal.pool();
        let qualified =
            (!pool.is_default()).then(|| format!("{pool}:{}", principal.client_id()).into());
        Self {
            principal,
            qualified,
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
