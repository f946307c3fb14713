//! Tests of the authorization of an app, generated from the guards of its routes.
//!
//! 1. [`tests`]: the builder that a user calls.
//! 2. [`run`]: finds the endpoints and tests each.
//! 3. [`endpoint`] and [`guarded`]: the tests of one endpoint.
//! 4. [`client`], [`outcome`] and [`user_pool`]: the requests, their results, and their tokens.
//! 5. [`left_out`], [`place`] and [`report`]: which endpoints are left out, and what is printed.

mod client;
mod endpoint;
mod guarded;
mod left_out;
mod outcome;
mod place;
mod report;
mod run;
mod tests;
mod user_pool;

pub use tests::{AuthorizationTests, check_authorization};
