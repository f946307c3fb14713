//! Token validation: the only way from a token to a principal.

mod cache;
mod cognito;
mod custom;
mod rules;

pub(crate) use cognito::{CognitoValidator, Pool};
pub use custom::{TokenError, TokenValidator};
pub(crate) use rules::{AudienceRule, TokenRules};
