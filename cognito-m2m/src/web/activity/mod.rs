//! Client activity for operators: a JSON list that a policy protects, and an HTML page that a login
//! protects.

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
