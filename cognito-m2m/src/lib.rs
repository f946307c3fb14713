//! Machine-to-machine authentication and authorization for Actix-web with AWS Cognito access tokens.
//!
//! Other services call an API with OAuth 2.0 access tokens (client-credentials grant). Handlers say
//! what a caller must have; [`CognitoAuth`] verifies the token, guards answer 401, 403 and 503, and
//! the handler gets a [`ServicePrincipal`].
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
//!     // COGNITO_M2M_REGION and COGNITO_M2M_USER_POOL_ID say whose tokens are good.
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
//! | What can stand on a handler? | [`require_authentication`], [`require_scopes`], [`scope_map`], [`action_scope_map`], [`allow_client_ids`] |
//! | And without attributes? | [`Policy`], [`ServicePrincipal::authorize`] |
//! | Who calls? | [`ServicePrincipal`], [`OptionalPrincipal`], [`RequestPrincipal`] |
//! | What can be set? | [`Settings`] |
//! | Why was a request refused? | [`guide::why_a_401`] |
//! | What is defended, and what is not? | [`guide::security`] |
//! | How do I leave a user table behind? | `guide::moving_from_users`, with the features `testing`, `diesel-r2d2` and `diesel-sqlite` |
//! | Which services have called? | [`ClientActivityList`], [`ClientActivityPage`], [`activity`] |
//! | How do I call another service? | `client`, with the feature `client` |
//! | How do I test handlers? | `guide::testing`, with the feature `testing` |
//!
//! # Features
//!
//! None is on by default, and none changes what another part does.
//!
//! | feature | what it adds |
//! | --- | --- |
//! | `client` | the calling side: tokens fetched once, renewed ahead of their end, and sent to known origins only |
//! | `diesel-r2d2` | users in your own table with `user_mapper!`, over its pool of sync Diesel |
//! | `diesel-async-bb8` | the same over a `bb8` pool of `diesel-async` |
//! | `diesel-async-deadpool` | the same over a `deadpool` pool of `diesel-async` |
//! | `diesel-uuid` | UUID columns for these |
//! | `diesel-users` | what these share; they bring it |
//! | `diesel-sqlite` | the table of client activity in SQLite |
//! | `diesel-postgres` | the same in PostgreSQL, without a C library |
//! | `diesel-mysql` | the same in MySQL and MariaDB, without a C library |
//! | `diesel-activity` | what these share; they bring it |
//! | `testing` | a Cognito on loopback, tokens made to order, a clock to turn, principals in test requests |
//!
//! # Layout
//!
//! A room leans on rooms of its own floor or of lower ones only; a test of the project keeps it so.
//!
//! | floor | rooms | what lives there |
//! | --- | --- | --- |
//! | 5, the porch | `web` | the middleware, extractors, guards and answers: the rooms that know Actix |
//! | 4, seams | [`error`], [`settings`], [`users`], [`activity`] | what can be said to a caller, and what can be set |
//! | 3, the gate | [`validator`] | from an unverified token to a principal; verified tokens |
//! | 2, judgment | `principal`, [`policy`] | who calls, and whether that is enough: pure |
//! | 1, papers | [`token`], [`jwks`] | what a header holds and a token says; the keys |
//! | 0, words | [`time`], [`scope`], [`client_id`], `pool`, `setting_fault`, `loopback`, `two_generation_cache` | values that are parsed once; the clock; a map of bounded size |
//!
//! Beside them: `runtime`, the one thread of the crate; `client`, the calling side; `testing`; [`guide`], which is to be read.

#![forbid(unsafe_code)]
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
#[cfg(feature = "client")]
pub mod client;
pub mod client_id;
pub mod error;
pub mod guide;
pub mod jwks;
mod loopback;
pub mod policy;
mod pool;
mod principal;
mod runtime;
pub mod scope;
mod setting_fault;
pub mod settings;
pub mod time;
pub mod token;
mod two_generation_cache;
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
    //! What the attributes expand to. Not part of the public interface.

    #[cfg(feature = "diesel-users")]
    pub use diesel;
    pub use inventory;

    pub use crate::policy::constants::{
        MethodRule, all, allow_clients, any, client, default_match, group, method, scope, scope_map,
    };
    pub use crate::policy::{ClientSelector, GuardedHandler, Layer, Layers, Policy, ScopeRule};
    pub use crate::web::{Both, Guard, RefusalFn, RoutePolicy};
}

pub use attributes::{
    action_scope_map, allow_client_ids, require_all_scopes, require_any_scope,
    require_authentication, require_scopes, scope_map,
};
pub use client_id::{ClientId, InvalidClientId};
pub use policy::Policy;
pub use pool::PoolName;
pub use principal::ServicePrincipal;
pub use reqwest;
pub use scope::ScopeMatch;
pub use settings::Settings;
pub use web::{
    BuildError, ClientActivityList, ClientActivityPage, ClientActivityPageService, CognitoAuth,
    CognitoAuthBuilder, DefaultResponder, Health, MappedUser, OptionalPrincipal, PoolHealth,
    RefusalResponder, RequestPrincipal, RequestUser,
};

/// The README's code, compiled.
#[cfg(all(
    doctest,
    feature = "client",
    feature = "diesel-r2d2",
    feature = "diesel-sqlite"
))]
#[doc = include_str!("../README.md")]
struct Readme;
