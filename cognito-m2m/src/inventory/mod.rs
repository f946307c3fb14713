//! What each route of an app requires of a caller, for reviews, tests and the scopes of a user pool.
//!
//! | function | purpose | feature |
//! | --- | --- | --- |
//! | [`routes`] | lists the linked handlers that have an attribute | none |
//! | `routes_of` | lists the routes of an app, with their paths and methods | `inventory` |
//! | `check_routes_file` | compares the routes with a file in version control, in a test | `inventory` |
//! | `check_authorization` | tests every guard of an app with generated requests | `inventory` |
//! | `Inventory::resource_servers` | returns the scopes for Terraform, CloudFormation and the AWS CLI | `inventory` |
//! | `Inventory::drift` | compares the rules with the scopes and app clients of a user pool | `inventory` |
//! | `main` | offers all of this on the command line | `inventory` |
//!
//! The attributes register each handler that they guard and each that is marked as public, so [`routes`] sends no
//! request. An [`Inventory`] is available as a text table, as Markdown and as JSON.
//!
//! The feature `inventory` belongs in `dev-dependencies`. The page `guide::who_may_call_what`, which has the same
//! feature, explains the functions with examples, what runs in these tests, and what they can't see.

#[cfg(feature = "inventory")]
mod cognito;
#[cfg(feature = "inventory")]
mod compare;
mod json;
#[cfg(feature = "inventory")]
pub(crate) mod least;
mod list;
mod markdown;
#[cfg(feature = "inventory")]
mod path_parts;
mod registered;
mod route;
#[cfg(feature = "inventory")]
mod routes_file;
mod rows;
#[cfg(test)]
mod samples;
mod table;
mod words;

#[cfg(feature = "inventory")]
pub use cognito::{
    AppClient, Drift, DriftFinding, ExistingUserPool, InvalidUserPoolDocument, ResourceServer,
    ScopeFault, ScopeFaults, ScopeWarning, ServerScope, UserPoolResourceServers,
};
#[cfg(feature = "inventory")]
pub use compare::{Change, ChangeKind, Changes, Effect};
pub use json::{InvalidInventory, SCHEMA};
pub use list::Inventory;
#[cfg(feature = "inventory")]
pub(crate) use path_parts::{PathParameter, PathPart, path_parts};
pub use registered::routes;
#[cfg(feature = "inventory")]
pub(crate) use registered::{guarded_route, public_route, registered_stacks};
pub use route::{Access, Endpoint, GuardSource, Route, RouteGuard};
#[cfg(feature = "inventory")]
pub use routes_file::{RoutesFile, RoutesFileError, RoutesFileOutcome};

#[cfg(feature = "inventory")]
pub use crate::web::inventory::{
    AppRoutes, AppRoutesError, AuthorizationTests, CheckError, PathParameterError,
    check_authorization, check_routes_file, main, routes_of,
};
