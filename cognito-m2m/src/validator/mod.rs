//! Token validation: the built-in validator of Cognito tokens, and the trait for a custom one.

mod cache;
mod cognito;
mod custom;
mod rules;
mod worker_tokens;

pub(crate) use cognito::{CognitoValidator, Issuer, Pool};
pub use custom::{TokenError, TokenValidator};
pub(crate) use rules::{AudienceRule, TokenRules};
pub(crate) use worker_tokens::{Caller, WorkerTokens};
