//! Users: maps service principals to the rows of an existing user table.
//!
//! A [`ServicePrincipal`](crate::ServicePrincipal) identifies the calling machine. If the clients
//! of an API used to be rows of a user table, some handlers may still need such a row. They take
//! [`RequestUser`](crate::RequestUser) or [`MappedUser`](crate::MappedUser) as an argument, and a
//! [`UserMapper`] finds the row.
//!
//! | mode | settings | value of `RequestUser<U>` |
//! | --- | --- | --- |
//! | A, machine only | the default | always `Anonymous`, without a lookup |
//! | B, mapped user | `user_mapping_enabled` | `Mapped`, or `Anonymous` if no row is found |
//! | C, proxy | `return_user_proxy` | `Proxy`, or `Mapped` if mapping is enabled and a row is found |
//!
//! A principal whose user is inactive is refused with 403 in modes B and C, and is neither anonymous nor a
//! proxy.
//!
//! If Diesel can read the table, create the mapper with `user_mapper!`. For everything else, pass
//! an async function or implement [`UserMapper`].
//!
//! Each request whose handler takes a user runs one lookup. To cache the users for a limited time, and to
//! share the lookups of concurrent requests, call [`UserMapper::cached_for`].

mod any_mapper;
mod cached;
#[cfg(feature = "diesel-users")]
pub mod diesel;
mod error;
mod interface;
mod lookup;
mod proxy;
#[cfg(not(feature = "diesel-users"))]
mod without_diesel;

pub(crate) use any_mapper::AnyMapper;
pub use cached::Cached;
pub use error::{MapperError, UserMappingError};
pub use interface::{Serving, UserMapper};
pub(crate) use lookup::{UserLookup, Users};
pub use proxy::ProxyUser;
