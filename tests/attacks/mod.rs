//! Example attacks: requests of the table `cases.json`, most of which must be refused.
//!
//! # Layout
//!
//! - `case` parses the table; `placeholders` and `raw` expand its placeholders.
//! - `token` builds the token of a case with `sign` (which uses `keys` and `pkcs1`) and `mutate` (which
//!   uses `jwe`).
//! - `request` and `answer` are HTTP; `app` is the server under test; `upstream` counts the requests
//!   that this server sends.
//! - `check` compares the answer with the expected one, and `table` runs all cases.

mod answer;
mod app;
mod case;
mod challenge;
mod check;
mod jwe;
mod keys;
mod mutate;
mod pkcs1;
mod placeholders;
mod raw;
mod request;
mod sign;
mod table;
mod token;
mod upstream;
