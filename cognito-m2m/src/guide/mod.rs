//! Pages that answer one question each: how to guard a handler, configure the crate, test, deploy, and
//! migrate.

#[doc = include_str!("settings.md")]
pub mod settings {}

#[doc = include_str!("answers.md")]
pub mod answers {}

#[doc = include_str!("why_a_401.md")]
pub mod why_a_401 {}

#[doc = include_str!("security.md")]
pub mod security {}

#[doc = include_str!("which_api.md")]
pub mod which_api {}

#[doc = include_str!("gateways.md")]
pub mod gateways {}

#[doc = include_str!("updated_issuer.md")]
pub mod updated_issuer {}

#[doc = include_str!("two_regions.md")]
pub mod two_regions {}

#[doc = include_str!("mixed_traffic.md")]
pub mod mixed_traffic {}

#[doc = include_str!("cors.md")]
pub mod cors {}

#[doc = include_str!("deployment.md")]
pub mod deployment {}

#[doc = include_str!("databases.md")]
pub mod databases {}

#[doc = include_str!("openapi.md")]
pub mod openapi {}

#[doc = include_str!("from_django.md")]
pub mod from_django {}

// Examples that need a feature are tested only with it. A page that links to items behind a feature
// exists only with it, because the links must resolve.

// The examples use the local Cognito.
#[cfg(any(not(doctest), feature = "testing"))]
#[doc = include_str!("which_attribute.md")]
pub mod which_attribute {}

// An example uses the local Cognito.
#[cfg(any(not(doctest), feature = "testing"))]
#[doc = include_str!("multi_tenant.md")]
pub mod multi_tenant {}

// The examples use pools of sync Diesel and of `diesel-async`.
#[cfg(any(
    not(doctest),
    all(
        feature = "diesel-r2d2",
        feature = "diesel-async-bb8",
        feature = "diesel-postgres"
    )
))]
#[doc = include_str!("users.md")]
pub mod users {}

// The examples use SQLite.
#[cfg(any(not(doctest), feature = "diesel-sqlite"))]
#[doc = include_str!("activity.md")]
pub mod activity {}

// The first example uses SQLite.
#[cfg(any(not(doctest), feature = "diesel-sqlite"))]
#[doc = include_str!("cutoffs.md")]
pub mod cutoffs {}

#[cfg(feature = "client")]
#[doc = include_str!("calling_services.md")]
pub mod calling_services {}

#[cfg(feature = "client")]
#[doc = include_str!("sharing_tokens.md")]
pub mod sharing_tokens {}

// An example uses the local Cognito.
#[cfg(all(feature = "client", any(not(doctest), feature = "testing")))]
#[doc = include_str!("rotating_secrets.md")]
pub mod rotating_secrets {}

#[cfg(feature = "testing")]
#[doc = include_str!("testing.md")]
pub mod testing {}

#[cfg(feature = "inventory")]
#[doc = include_str!("who_may_call_what.md")]
pub mod who_may_call_what {}

// The programs use the local Cognito and SQLite.
#[cfg(all(
    feature = "testing",
    feature = "diesel-r2d2",
    feature = "diesel-sqlite"
))]
#[doc = include_str!("moving_from_users.md")]
pub mod moving_from_users {}
