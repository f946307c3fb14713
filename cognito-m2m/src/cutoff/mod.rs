//! Cut-offs, which refuse the tokens of a client before they expire.
//!
//! An access token of Cognito is valid until it expires, even if its client or secret has been
//! deleted. A [`Cutoff`] consists of a client ID and a time. Within `cutoff_refresh` (5 s by default),
//! every instance refuses the tokens that were issued to the client before that time, including those
//! that it has already verified.
//!
//! - If the time is not in the future, the response is 401 `invalid_token`. A token that is issued
//!   later is accepted, so a client whose token or secret has leaked continues with a new one.
//! - If the time is in the future, the client is shut out until then: guards and extractors answer
//!   403 `Client is not allowed.`
//!
//! The reason code in the log is `cut_off` in both cases.
//!
//! The cut-offs are read from a [`CutoffStore`], passed to
//! [`CognitoAuthBuilder::cutoff_store`](crate::CognitoAuthBuilder::cutoff_store). Every instance reads
//! all of them every `cutoff_refresh` and evaluates requests against the last list it has read. If the
//! store is unavailable, that list stays in use, and its age is part of
//! [`CognitoAuth::health`](crate::CognitoAuth::health).
//!
//! [`guide::cutoffs`](crate::guide::cutoffs) explains when to use a cut-off, and how to set one in SQL or
//! over HTTP.
//!
//! # Examples
//!
//! A program for operators, `cutoff set <client> <reason>` and `cutoff lift <client>`:
//!
//! ```no_run
//! use std::env::args;
//! use std::time::SystemTime;
//!
//! use cognito_m2m::cutoff::{Cutoff, CutoffFile, CutoffStore};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Or `PostgresCutoffs::new("postgres://..")`, or the store of another database.
//! let store = CutoffFile::new("/etc/api/cutoffs.json");
//! let arguments: Vec<_> = args().skip(1).collect();
//! let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
//! match arguments[..] {
//!     ["set", client_id, reason] => {
//!         let cutoff = Cutoff::new(client_id, SystemTime::now())?.because(reason);
//!         store.set(cutoff).await?;
//!     }
//!     ["lift", client_id] if store.lift(client_id).await? => {}
//!     ["lift", client_id] => println!("{client_id} is not cut off"),
//!     _ => println!("expected `set <client> <reason>` or `lift <client>`"),
//! }
//! # Ok(())
//! # }
//! ```

mod blocking;
#[cfg(feature = "diesel-activity")]
mod diesel;
mod error;
mod file;
mod file_content;
mod file_update;
mod interface;
mod known;
mod list;
mod one_per_client;
mod reason;
mod record;
mod refresh;
mod refusal;
pub(crate) mod rfc_3339;
mod unavailable;
mod value;

#[cfg(feature = "diesel-mysql")]
pub use diesel::MysqlCutoffs;
#[cfg(feature = "diesel-postgres")]
pub use diesel::PostgresCutoffs;
#[cfg(feature = "diesel-sqlite")]
pub use diesel::SqliteCutoffs;
pub use error::CutoffError;
pub use file::CutoffFile;
pub use interface::{CutoffFuture, CutoffStore};
pub(crate) use known::KnownCutoffs;
pub(crate) use list::Verdict;
pub(crate) use reason::MAX_REASON_CHARS;
pub(crate) use record::Record;
pub(crate) use refresh::CutoffRefresh;
pub use refusal::CutoffRefusal;
pub use unavailable::CutoffsUnavailable;
pub use value::Cutoff;
