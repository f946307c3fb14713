//! Client activity for operators: a JSON list that a policy protects, and an HTML page that a login
//! protects. The page also shows the cut-offs.

mod cutoff_section;
mod escape;
mod list;
mod page;
mod page_service;
mod parameters;
mod render;
mod source;
mod time_element;

pub use list::ClientActivityList;
pub use page::ClientActivityPage;
pub use page_service::ClientActivityPageService;
