use actix_web::dev::{Path, Url};

/// Returns a function that calls another one with each path parameter of a request.
pub(in crate::web) fn visit_parameters(
    path: &Path<Url>,
) -> impl Fn(&mut dyn FnMut(&str, &str)) + '_ {
    |visitor| path.iter().for_each(|(name, value)| visitor(name, value))
}
