use std::fmt;

use crate::inventory::Route;
use crate::web::inventory::found::ProbedEndpoint;

/// The place of an endpoint, for a reader: its path, its handler, and the first of its attributes.
pub(super) struct Place<'a> {
    pub(super) endpoint: &'a ProbedEndpoint,
    pub(super) route: &'a Route,
}

impl Place<'_> {
    pub(super) fn method(&self) -> &str {
        &self.endpoint.endpoint.method
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.endpoint.endpoint.path)?;
        if let Some(handler) = &self.route.handler {
            write!(f, " ({handler}")?;
            if let (Some(file), Some(line)) = (&self.route.file, self.route.line) {
                write!(f, ", {file}:{line}")?;
            }
            f.write_str(")")?;
        }
        Ok(())
    }
}
