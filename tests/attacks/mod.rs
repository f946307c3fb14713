//! Requests that must be refused, and some that must not: the table `cases.json`.
//!
//! # Layout
//!
//! `case` reads the table; `placeholders` and `raw` fill it in; `token` puts a token together with
//! `sign` (over `keys` and `pkcs1`) and `mutate` (over `jwe`); `request` and `answer` are HTTP;
//! `app` is the server under test, `upstream` counts what that server asks of others; `check`
//! compares what was seen with what the table expects, and `table` runs it all.

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
