//! A local Cognito, tokens with custom claims, and a clock that tests control.
//!
//! [`LocalCognito`] is a user pool that runs in the test process, on a loopback port. It publishes
//! signing keys, issues access tokens, and fails on demand. [`TestPrincipal`] adds a verified
//! client to a request of `actix_web::test`, for tests that need no token. Tests that use this
//! module need neither AWS nor a network.
//!
//! # Examples
//!
//! ```
//! use actix_web::{App, HttpResponse, Responder, get, test};
//! use cognito_m2m::testing::LocalCognito;
//! use cognito_m2m::{CognitoAuth, require_scopes};
//!
//! #[get("/widgets")]
//! #[require_scopes("widgets/read")]
//! async fn list_widgets() -> impl Responder {
//!     HttpResponse::Ok()
//! }
//!
//! # actix_web::rt::System::new().block_on(async {
//! let cognito = LocalCognito::start()?;
//! let auth = CognitoAuth::new(cognito.settings())?;
//! let app = test::init_service(App::new().wrap(auth).service(list_widgets)).await;
//!
//! let token = cognito.token("reporting").scopes(["widgets/read"]).sign();
//! let request = test::TestRequest::get()
//!     .uri("/widgets")
//!     .insert_header(("Authorization", format!("Bearer {token}")))
//!     .to_request();
//! assert_eq!(test::call_service(&app, request).await.status(), 200);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```
//!

// The modules:
//
// cognito, builder                            `LocalCognito`
// app_clients, pool_issuers, published_keys   its configuration at run time
// server, jwks, discovery, token_endpoint, get_client_token, broken_body
//                                             the HTTP endpoints
// grant, trigger                              the checks of a token request, and changes to the token
// user_pool, issuers                          the state shared by `LocalCognito` and its server
// client, keys, pem, fault, clock             the values that tests configure it with
// token, access_token, json_object, signer    `TokenBuilder` and the parts of a token
// principal                                   `TestPrincipal`

mod access_token;
mod app_clients;
mod broken_body;
mod builder;
mod client;
mod clock;
mod cognito;
mod discovery;
mod fault;
mod get_client_token;
mod grant;
mod issuers;
mod json_object;
mod jwks;
mod keys;
mod pem;
mod pool_issuers;
mod principal;
mod published_keys;
mod server;
mod signer;
#[cfg(test)]
mod tests;
mod token;
mod token_endpoint;
mod trigger;
mod user_pool;

pub use builder::LocalCognitoBuilder;
pub use client::LocalClient;
pub use clock::TestClock;
pub use cognito::LocalCognito;
pub use fault::{Endpoint, Fault};
// The arguments of `TokenBuilder::signed_with`, which signs with other algorithms than Cognito's. Only
// the types: no back end of `jsonwebtoken` is enabled.
pub use jsonwebtoken::{Algorithm, EncodingKey};
pub use keys::SigningKey;
#[cfg(feature = "inventory")]
pub(crate) use principal::RejectAll;
pub use principal::TestPrincipal;
pub use token::TokenBuilder;
pub use trigger::{TokenChanges, TokenEvent};
