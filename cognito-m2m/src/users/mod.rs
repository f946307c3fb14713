//! Users: maps service principals to the rows of an existing user table.
//!
//! A [`ServicePrincipal`](crate::ServicePrincipal) identifies the machine that calls. An API whose
//! clients used to be rows of a user table may have handlers that still need such a row. They take
//! [`RequestUser`](crate::RequestUser) or [`MappedUser`](crate::MappedUser) as an argument, and a
//! [`UserMapper`] finds the row.
//!
//! | mode | settings | value of `RequestUser<U>` |
//! | --- | --- | --- |
//! | A, machine only | the default | always `Anonymous`, without a lookup |
//! | B, mapped user | `user_mapping_enabled` | `Mapped`, or `Anonymous` if no row is found |
//! | C, proxy | `return_user_proxy` | `Proxy`, or `Mapped` if mapping is enabled and a row is found |
//!
//! For a table that Diesel reads, `user_mapper!` creates the mapper. For everything else, pass an
//! async function or implement [`UserMapper`].
//!
//! Each request whose handler takes a user runs one lookup. To keep the users that were found for
//! a limited time, wrap the mapper with [`UserMapper::cached_for`].

mod any_mapper;
mod cached;
#[cfg(feature = "diesel-users")]
pub mod diesel;
mod error;
mod interface;
mod lookup;
mod proxy;

pub(crate) use any_mapper::AnyMapper;
pub use cached::Cached;
pub use error::{MapperError, UserMappingError};
pub use interface::{Serving, UserMapper};
pub(crate) use lookup::{UserLookup, Users};
pub use proxy::ProxyUser;
