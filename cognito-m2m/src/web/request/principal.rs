use actix_web::dev::ServiceRequest;
use actix_web::{HttpMessage, HttpRequest};

use super::authentication::principal_of;
use crate::client_id::ClientId;
use crate::principal::ServicePrincipal;
use crate::scope::ScopeSet;

/// An extension trait with methods that return the principal of a request.
///
/// Its methods work in every handler and middleware inside [`CognitoAuth`](crate::CognitoAuth),
/// even without an attribute.
///
/// With the setting `resource_servers`, a request whose token is for another API has no principal here.
/// These methods refuse nothing: a handler that has an attribute, or that takes a principal as an
/// argument, answers such a request with 403.
///
/// # Examples
///
/// ```
/// use actix_web::{HttpRequest, Responder};
/// use cognito_m2m::RequestPrincipal;
///
/// async fn greet(request: HttpRequest) -> impl Responder {
///     match request.client_id() {
///         Some(client_id) => format!("hello, {client_id}"),
///         None => "hello, anonymous caller".to_owned(),
///     }
/// }
/// ```
pub trait RequestPrincipal {
    /// Returns the principal, or `None` if the request has no valid token for this API.
    fn service_principal(&self) -> Option<ServicePrincipal>;

    /// Returns the client ID of the principal, or `None` if there is no principal.
    fn client_id(&self) -> Option<ClientId> {
        self.service_principal()
            .map(|principal| principal.client_id().clone())
    }

    /// Returns the scopes of the principal, or an empty set if there is no principal.
    fn scopes(&self) -> ScopeSet {
        self.service_principal()
            .map(|principal| principal.scopes().clone())
            .unwrap_or_default()
    }

    /// Returns `true` if the request has a principal.
    fn is_machine_authenticated(&self) -> bool {
        self.service_principal().is_some()
    }
}

impl RequestPrincipal for HttpRequest {
    fn service_principal(&self) -> Option<ServicePrincipal> {
        principal_of(&self.extensions())
    }
}

impl RequestPrincipal for ServiceRequest {
    fn service_principal(&self) -> Option<ServicePrincipal> {
        principal_of(&self.extensions())
    }
}
