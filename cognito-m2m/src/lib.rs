//! Machine-to-machine authentication and authorization for Actix-web, with AWS Cognito access tokens.
//!
//! Other services call your API with OAuth 2.0 access tokens that they obtain through the
//! client-credentials grant. You annotate handlers with what they require. [`CognitoAuth`] verifies
//! the token of each request, the attributes refuse callers with 401, 403 or 503, and the handler
//! receives the caller as a [`ServicePrincipal`].
//!
//! # Examples
//!
//! ```no_run
//! use actix_web::{App, HttpServer, Responder, get};
//! use cognito_m2m::{CognitoAuth, ServicePrincipal, require_scopes};
//!
//! #[get("/widgets")]
//! #[require_scopes("widgets/read")]
//! async fn list_widgets(principal: ServicePrincipal) -> impl Responder {
//!     format!("hello, {}", principal.client_id())
//! }
//!
//! #[actix_web::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     // The user pool comes from COGNITO_M2M_USER_POOL_ID.
//!     let auth = CognitoAuth::from_env()?;
//!     HttpServer::new(move || App::new().wrap(auth.clone()).service(list_widgets))
//!         .bind(("127.0.0.1", 8080))?
//!         .run()
//!         .await?;
//!     Ok(())
//! }
//! ```
//!
//! # Where to look
//!
//! | question | page |
//! | --- | --- |
//! | Which attribute do I need? | [`guide::which_attribute`] |
//! | What if I forget an attribute? Which routes are public? | [`Settings::unguarded_routes`], [`public`](macro@public), [`PublicRoutes`] |
//! | How do I use an OpenAPI generator? | [`guide::openapi`] |
//! | How do I authorize without attributes? | [`Policy`], [`ServicePrincipal::authorize`] |
//! | How does a handler find out who is calling? | [`ServicePrincipal`], [`OptionalPrincipal`], [`RequestPrincipal`] |
//! | What can I configure? | [`Settings`], [`guide::settings`] |
//! | Which response does a caller get? | [`guide::answers`] |
//! | Why was a request refused? | [`guide::why_a_401`] |
//! | Which API is a token for? | [`guide::which_api`] |
//! | How do I serve several tenants? | [`guide::multi_tenant`] |
//! | How do I switch to the UPDATED issuer? | [`guide::updated_issuer`] |
//! | How do I use two Regions? | [`guide::two_regions`] |
//! | What do API Gateway and an ALB check? | [`guide::gateways`] |
//! | How do I serve users and machines together? | [`guide::mixed_traffic`] |
//! | How does a handler get a row of my user table? | [`guide::users`] |
//! | Which clients have called? | [`guide::activity`] |
//! | How do I refuse the tokens of a client before they expire? | [`guide::cutoffs`] |
//! | How do I serve browsers of other origins? | [`guide::cors`] |
//! | What does a container need? Which probes? | [`guide::deployment`] |
//! | What do I add to `Cargo.toml` for my database? | [`guide::databases`] |
//! | Which attacks are covered? | [`guide::security`] |
//! | How do I move from Django? | [`guide::from_django`] |
//! | How do I move away from a user table? | `guide::moving_from_users`, with the features `testing`, `diesel-r2d2` and `diesel-sqlite` |
//! | How do I call another service? | `guide::calling_services`, with the feature `client` |
//! | How do processes share tokens? | `guide::sharing_tokens`, with the feature `client` |
//! | How do I rotate a client secret? | `guide::rotating_secrets`, with the feature `client` |
//! | How do I test handlers? | `guide::testing`, with the feature `testing` |
//! | Who may call what? How do I notice a loosened route? How do the scopes get into Cognito? | `guide::who_may_call_what`, with the feature `inventory` |
//!
//! # Features
//!
//! No feature is on by default. Features only add items and never change how others behave.
//!
//! | feature | what it adds |
//! | --- | --- |
//! | `client` | the token client, for services that call the API |
//! | `diesel-r2d2` | `user_mapper!`: users from your table, over an `r2d2` pool of sync Diesel |
//! | `diesel-async-bb8` | the same over a `bb8` pool of `diesel-async` |
//! | `diesel-async-deadpool` | the same over a `deadpool` pool of `diesel-async` |
//! | `diesel-uuid` | UUID columns for `user_mapper!` |
//! | `diesel-users` | internal: shared by the four above, which enable it |
//! | `diesel-sqlite` | client activity and cut-offs in SQLite |
//! | `diesel-postgres` | client activity and cut-offs in PostgreSQL, without a C library |
//! | `diesel-mysql` | client activity and cut-offs in MySQL or MariaDB, without a C library |
//! | `diesel-activity` | internal: shared by the three above, which enable it |
//! | `apistos` | handlers whose arguments apistos 0.9 documents |
//! | `paperclip` | handlers whose arguments paperclip 0.9 documents |
//! | `inventory` | the routes of an app with their rules, tests of them, and the scopes of the user pool as Terraform or CloudFormation; for `dev-dependencies` |
//! | `testing` | a local Cognito, tokens with custom claims, a clock that tests control, and principals in test requests |
//!
//! Without its feature, an item does not exist: the compiler reports `unresolved import` or
//! `could not find`, with a note that names the feature.
//!
//! No feature chooses a back end of a crate that applications share, such as the cryptography of
//! `jsonwebtoken` or a C library for Diesel. The exception is `reqwest`, which is used with `rustls`
//! and aws-lc-rs, as by its default features. If your program uses `rustls` with another provider,
//! install that one at start-up, for example with
//! `rustls::crypto::ring::default_provider().install_default()`. This crate then uses it too.

#![forbid(unsafe_code)]
// Labels items with the feature that they need, on docs.rs.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
    )
)]

pub mod activity;
mod attributes;
mod authorization_flag;
mod backoff;
mod base64url;
mod box_future;
#[cfg(feature = "client")]
pub mod client;
mod client_id;
pub mod cutoff;
#[cfg(feature = "diesel-activity")]
mod database;
mod environment;
pub mod error;
mod error_chain;
mod error_report;
pub mod guide;
mod http;
pub mod inventory;
mod issuer_type;
mod json;
pub mod jwks;
mod loopback;
pub mod policy;
mod pool;
mod principal;
mod public;
mod qualified_client_id;
mod regular_file;
mod runtime;
pub mod scope;
#[cfg_attr(
    not(any(feature = "inventory", test)),
    expect(
        dead_code,
        reason = "only the inventory of an app and tests read the definitions"
    )
)]
mod scope_definition;
mod scope_match;
mod scopes;
mod setting_fault;
mod setting_source;
mod setting_text;
pub mod settings;
pub mod time;
pub mod token;
mod two_generation_cache;
mod unguarded_routes;
pub mod users;
pub mod validator;
mod web;

#[cfg(feature = "testing")]
#[expect(
    clippy::expect_used,
    reason = "a local Cognito that can't be set up should fail the test"
)]
pub mod testing;

#[doc(hidden)]
pub mod __private {
    //! Items that the attributes expand to. Not part of the public interface.

    pub use ::inventory;
    #[cfg(feature = "diesel-users")]
    pub use diesel;

    pub use crate::policy::claim_constant::ClaimConstant;
    pub use crate::policy::clients::ClientSelector;
    pub use crate::policy::constants::{
        MethodRule, all, allow_clients, any, claim_name, claims, client, default_match, group,
        method, parameter_name, scope, scope_map,
    };
    pub use crate::policy::layers::{GuardedHandler, Layer, Layers};
    pub use crate::policy::listed::listed;
    pub use crate::policy::public_handlers::{PublicHandler, place};
    pub use crate::policy::scope_constant::{OtherConstant, ScopeConstant};
    pub use crate::policy::value::Policy;
    pub use crate::policy::{ClaimRule, ClaimValue, ScopeRule};
    pub use crate::scope_definition::ScopeDefinition;
    pub use crate::web::{Argument, Both, Guard, Public, RefusalFn, RoutePolicy, plain_function};
}

pub use attributes::{
    action_scope_map, allow_client_ids, require_all_scopes, require_any_scope,
    require_authentication, require_claim, require_scopes, scope_map,
};
pub use box_future::BoxFuture;
pub use client_id::{ClientId, InvalidClientId};
pub use policy::value::Policy;
pub use pool::PoolName;
pub use principal::ServicePrincipal;
pub use public::public;
pub use reqwest;
pub use scope_match::ScopeMatch;
pub use scopes::scopes;
pub use settings::table::Settings;
pub use web::{
    BuildError, ClientActivityList, ClientActivityPage, ClientActivityPageService, ClientCutoffs,
    CognitoAuth, CognitoAuthBuilder, CutoffHealth, DefaultResponder, Health, KeySourceHealth,
    MappedUser, OptionalPrincipal, PoolHealth, PrefetchError, PublicRoutes, RefusalResponder,
    RequestPrincipal, RequestUser, TokenClaims,
};

/// Compiles the README's code examples as documentation tests.
#[cfg(all(doctest, feature = "client"))]
#[doc = include_str!("../README.md")]
struct Readme;
