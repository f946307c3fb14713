//! The list of clients for operators: as JSON under a policy, and as a page behind a login.

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
