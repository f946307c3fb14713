//! A Cognito on loopback, tokens made to order, and a clock to turn.
//!
//! [`LocalCognito`] publishes keys and grants tokens as a Cognito user pool does, and fails on
//! demand as a network does. Nothing here leaves the machine.
//!
//! # Layout
//!
//! | room | what lives there |
//! | --- | --- |
//! | `cognito`, `builder` | the handle that a test holds, and how it is set up |
//! | `user_pool` | what the local Cognito knows: clients, keys, faults, counts |
//! | `server`, `token_endpoint`, `jwks`, `interruption` | the two endpoints |
//! | `client`, `keys`, `token`, `fault` | the values that tests hand in and take out |
//! | `principal` | a principal in a test request, with no token at all |
//! | `members`, `signer` | what a token is put together from |

mod builder;
mod client;
mod clock;
mod cognito;
mod fault;
mod interruption;
mod jwks;
mod keys;
mod members;
mod principal;
mod server;
mod signer;
#[cfg(test)]
mod tests;
mod token;
mod token_endpoint;
mod user_pool;

pub use builder::LocalCognitoBuilder;
pub use client::LocalClient;
pub use clock::TestClock;
pub use cognito::LocalCognito;
pub use fault::{Endpoint, Fault};
// For tokens under other algorithms than Cognito's: `TokenBuilder::signed_with`.
pub use jsonwebtoken::{Algorithm, EncodingKey};
pub use keys::SigningKey;
pub use principal::TestPrincipal;
pub use token::TokenBuilder;
