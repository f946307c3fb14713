//! Pages to read: which attribute to take, why a request was refused, what is defended, how to
//! test handlers, and how to leave a user table behind.

#[doc = include_str!("why_a_401.md")]
pub mod why_a_401 {}

#[doc = include_str!("security.md")]
pub mod security {}

// Its examples ask a local Cognito.
#[cfg(any(not(doctest), feature = "testing"))]
#[doc = include_str!("which_attribute.md")]
pub mod which_attribute {}

#[cfg(feature = "testing")]
#[doc = include_str!("testing.md")]
pub mod testing {}

// Its programs run on a local Cognito and SQLite.
#[cfg(all(
    feature = "testing",
    feature = "diesel-r2d2",
    feature = "diesel-sqlite"
))]
#[doc = include_str!("moving_from_users.md")]
pub mod moving_from_users {}
