//! The clients and their activity for operators: a JSON list under a policy, and an HTML page behind
//! a login.

mod escape;
mod list;
mod page;
mod page_service;
mod parameters;
mod render;
mod source;

pub use list::ClientActivityList;
pub use page::ClientActivityPage;
pub use page_service::ClientActivityPageService;
