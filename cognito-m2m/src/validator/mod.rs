//! Token validation: the built-in validator of Cognito tokens, and the trait for a custom one.

mod cache;
mod cognito;
mod custom;
mod rules;

pub(crate) use cognito::{CognitoValidator, Issuer, Pool};
pub use custom::{TokenError, TokenValidator};
pub(crate) use rules::{AudienceRule, TokenRules};
