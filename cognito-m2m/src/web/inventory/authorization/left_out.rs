use std::collections::BTreeSet;

use crate::inventory::{Endpoint, Route};

/// A handler, a path or an endpoint that is not tested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LeaveOut {
    pub(super) name: String,
    pub(super) reason: String,
}

impl LeaveOut {
    pub(super) fn has_reason(&self) -> bool {
        !self.reason.trim().is_empty()
    }

    /// Returns `true` if the name is that of this endpoint or of its path.
    pub(super) fn is_endpoint(&self, method: &str, path: &str) -> bool {
        self.name == path || self.name == format!("{method} {path}")
    }

    /// Returns the endpoints that are left out, as positions in the list.
    ///
    /// # Errors
    ///
    /// Returns the problem if the reason is blank, or if the name matches no endpoint, or more than one
    /// handler.
    pub(super) fn positions(
        &self,
        endpoints: &[(&Endpoint, &Route)],
    ) -> Result<BTreeSet<usize>, String> {
        let name = &self.name;
        if !self.has_reason() {
            return Err(format!(
                "`.leave_out({name:?}, ..)` has a blank reason: explain why"
            ));
        }
        let exact = matching(endpoints, |endpoint, handler| {
            handler == Some(name) || self.is_endpoint(&endpoint.method, &endpoint.path)
        });
        if !exact.is_empty() {
            return Ok(exact);
        }
        let end = format!("::{name}");
        let by_end = matching(endpoints, |_, handler| {
            handler.is_some_and(|handler| handler.ends_with(&end))
        });
        let handlers: BTreeSet<_> = by_end
            .iter()
            .filter_map(|position| endpoints.get(*position))
            .filter_map(|(_, route)| route.handler.as_deref())
            .collect();
        match handlers.len() {
            0 => Err(format!(
                "`.leave_out({name:?}, ..)` matches no endpoint: pass the path of a handler, such as \
                 `my_api::list`, or the method and the path of an endpoint, such as `GET /widgets/{{id}}`"
            )),
            1 => Ok(by_end),
            _ => {
                let handlers: Vec<_> = handlers.into_iter().collect();
                let handlers = handlers.join(", ");
                Err(format!(
                    "`.leave_out({name:?}, ..)` matches several handlers: pass the whole path of one of \
                     them ({handlers})"
                ))
            }
        }
    }
}

fn matching(
    endpoints: &[(&Endpoint, &Route)],
    is_match: impl Fn(&Endpoint, Option<&String>) -> bool,
) -> BTreeSet<usize> {
    let endpoints = endpoints.iter().enumerate();
    let matching =
        endpoints.filter(|(_, (endpoint, route))| is_match(endpoint, route.handler.as_ref()));
    matching.map(|(position, _)| position).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::Access;

    fn positions(name: &str, reason: &str) -> Result<Vec<usize>, String> {
        let endpoints = [
            ("GET", "/a", Some("api::a::list")),
            ("HEAD", "/a", Some("api::a::list")),
            ("GET", "/b", Some("api::b::list")),
            ("GET", "/c", None),
            ("GET", "/d", Some("api::relist")),
        ];
        let endpoints = endpoints.map(|(method, path, handler)| {
            let route = Route {
                handler: handler.map(str::to_owned),
                file: None,
                line: None,
                endpoints: Vec::new(),
                access: Access::Unguarded,
            };
            (Endpoint::new(method, path), route)
        });
        let endpoints: Vec<_> = endpoints
            .iter()
            .map(|(endpoint, route)| (endpoint, route))
            .collect();
        let leave_out = LeaveOut {
            name: name.to_owned(),
            reason: reason.to_owned(),
        };
        let positions = leave_out.positions(&endpoints)?;
        Ok(positions.into_iter().collect())
    }

    #[test]
    fn name_is_a_handler_or_an_endpoint() {
        for (name, expected) in [
            ("api::a::list", vec![0, 1]),
            ("a::list", vec![0, 1]),
            ("GET /a", vec![0]),
            ("/a", vec![0, 1]),
            ("GET /c", vec![3]),
            ("relist", vec![4]),
        ] {
            assert_eq!(positions(name, "old"), Ok(expected), "{name}");
        }
    }

    #[test]
    fn unknown_and_ambiguous_names_and_blank_reasons_are_problems() {
        for (name, reason, expected) in [
            ("api::a::lst", "old", "matches no endpoint"),
            ("elist", "old", "matches no endpoint"),
            ("POST /a", "old", "matches no endpoint"),
            ("", "old", "matches no endpoint"),
            ("list", "old", "matches several handlers"),
            ("a::list", " ", "has a blank reason"),
        ] {
            let problem = positions(name, reason).unwrap_err();
            assert!(problem.contains(expected), "{problem}");
        }
    }
}
