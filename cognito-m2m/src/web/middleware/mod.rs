//! The middleware: `CognitoAuth`, which authenticates requests, `Policy`, which authorizes them, and
//! `PublicRoutes`, which marks routes as public.

mod auth;
mod completion;
mod outcome;
mod policy;
mod public;
mod unguarded;

pub use public::PublicRoutes;
