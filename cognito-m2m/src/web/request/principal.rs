use actix_web::dev::{Extensions, ServiceRequest};
use actix_web::{HttpMessage, HttpRequest};

use super::authentication::{Authentication, with_authentication};
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
/// For the setting `unguarded_routes`, they are no guard. A handler that calls
/// [`authorize`](ServicePrincipal::authorize) on the principal is guarded, and one that answers everyone
/// is marked [`#[public]`](crate::public).
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

/// Implements the trait for a type of request. All methods but the first read the principal in place.
macro_rules! read_extensions_of {
    ($($request:ty),+) => {$(
        impl RequestPrincipal for $request {
            fn service_principal(&self) -> Option<ServicePrincipal> {
                with_authentication(&self.extensions(), Authentication::optional_principal).ok()
            }

            fn client_id(&self) -> Option<ClientId> {
                read_principal(&self.extensions(), |principal| principal.client_id().clone())
            }

            fn scopes(&self) -> ScopeSet {
                read_principal(&self.extensions(), |principal| principal.scopes().clone())
                    .unwrap_or_default()
            }

            fn is_machine_authenticated(&self) -> bool {
                read_principal(&self.extensions(), |_| ()).is_some()
            }
        }
    )+};
}

read_extensions_of!(HttpRequest, ServiceRequest);

/// Calls `read` with the principal of a request, unless its token is for another API.
fn read_principal<T>(
    extensions: &Extensions,
    read: impl FnOnce(&ServicePrincipal) -> T,
) -> Option<T> {
    with_authentication(extensions, |found| found.principal().map(read)).ok()
}
