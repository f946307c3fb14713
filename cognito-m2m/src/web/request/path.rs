use actix_web::dev::{Path, Url};

/// Calls `visitor` with the name and value of each path parameter of a request.
pub(in crate::web) fn visit_parameters(path: &Path<Url>, visitor: &mut dyn FnMut(&str, &str)) {
    path.iter().for_each(|(name, value)| visitor(name, value));
}
