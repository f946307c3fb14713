//! The middleware: `CognitoAuth`, which authenticates requests, and `Policy`, which authorizes them.

mod auth;
mod policy;
