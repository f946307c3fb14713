//! The resource servers of a Cognito user pool, from the scopes that the rules require.

mod app_client;
mod cli;
mod cloudformation;
mod code_scopes;
mod comparison;
mod drift;
mod drift_finding;
mod existing_user_pool;
mod grouping;
mod invalid_user_pool_document;
mod labels;
mod least_scopes;
mod limits;
mod place;
mod required_scopes;
mod resource_server;
mod rule_check;
mod scope_fault;
mod scope_warning;
mod terraform;
mod user_pool;
mod user_pool_document;

pub use app_client::AppClient;
pub use drift::Drift;
pub use drift_finding::DriftFinding;
pub use existing_user_pool::ExistingUserPool;
pub use invalid_user_pool_document::InvalidUserPoolDocument;
pub use resource_server::{ResourceServer, ServerScope};
pub use scope_fault::{ScopeFault, ScopeFaults};
pub use scope_warning::ScopeWarning;
pub use user_pool::UserPoolResourceServers;
