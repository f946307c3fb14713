//! The endpoints of an app, as Actix reports them.

use std::collections::BTreeSet;

use actix_web::HttpRequest;
use actix_web::introspection::{
    GuardDetailReport, IntrospectionNode, IntrospectionTree, ResourceType,
};

use super::path::{FilledPath, PathParameterError, Values, paths};
use crate::web::request::DEFAULT_SERVICE;

/// A path that no route of an app has, unless one has any path.
const UNKNOWN_PATH: &str = "/cognito-m2m-unknown-path";

/// The same with more segments than a route with parameters has.
const LONG_UNKNOWN_PATH: &str =
    "/cognito-m2m-unknown-path/cognito/m2m/unknown/path/with/many/segments";

/// The most combinations of headers that are tried.
const MAX_HEADER_SETS: usize = 16;

/// The name and the value of each header.
pub(super) type Headers = Vec<(String, String)>;

/// A path of an app, with the methods of its routes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Resource {
    /// The path pattern, with the paths of all scopes. For a default service, that of the scope.
    pub(super) pattern: String,
    /// The other patterns of the same resource, without the paths of scopes.
    alternatives: Vec<String>,
    /// The methods that its routes name. A route without a method accepts all of them.
    pub(super) methods: BTreeSet<String>,
    /// `true` for the default service of a scope or of the app.
    pub(super) is_default: bool,
    /// The headers that routing guards of the path require.
    headers: Headers,
}

impl Resource {
    /// Returns the path in the inventory: the pattern, or for a default service `/scope/(default)`.
    pub(super) fn name(&self) -> String {
        if self.is_default {
            format!("{}/{DEFAULT_SERVICE}", self.pattern)
        } else {
            self.pattern.clone()
        }
    }

    /// Returns `true` if a route accepts the method.
    pub(super) fn accepts(&self, method: &str) -> bool {
        !self.is_default && (self.methods.is_empty() || self.methods.contains(method))
    }

    /// Returns the sets of headers with which routes of the path can be reached. The first one is empty.
    pub(super) fn header_sets(&self) -> Vec<Headers> {
        let mut by_name: Vec<(&str, BTreeSet<&str>)> = Vec::new();
        for (name, value) in &self.headers {
            match by_name.iter_mut().find(|(other, _)| other == name) {
                Some((_, values)) => {
                    values.insert(value);
                }
                None => by_name.push((name, BTreeSet::from([value.as_str()]))),
            }
        }
        let mut sets = vec![Headers::new()];
        for (name, values) in by_name {
            let longer: Vec<_> = sets
                .iter()
                .flat_map(|set| {
                    values
                        .iter()
                        .map(move |value| with_header(set, name, value))
                })
                .collect();
            sets.extend(longer);
            sets.truncate(MAX_HEADER_SETS);
        }
        sets
    }

    /// Returns a path that Actix routes to this resource, or `None` if other resources have all paths that
    /// were tried.
    ///
    /// `request` is a request to the app, `resources` are those of the app.
    pub(super) fn path(
        &self,
        request: &HttpRequest,
        resources: &[Self],
        values: &Values,
    ) -> Result<Option<FilledPath>, PathParameterError> {
        let routed_to = |path: &FilledPath| request.resource_map().match_pattern(&path.path);
        let is_own = |pattern: &str| {
            pattern == self.pattern
                || self
                    .alternatives
                    .iter()
                    .any(|own| pattern.ends_with(own.as_str()))
        };
        let is_other = |pattern: &str| {
            let mut others = resources.iter().filter(|other| !other.is_default);
            others.any(|other| other.pattern == pattern)
        };
        let unknown_paths: &[&str] = if self.is_default {
            &[UNKNOWN_PATH, LONG_UNKNOWN_PATH]
        } else {
            &[""]
        };
        let patterns = unknown_paths
            .iter()
            .map(|path| format!("{}{path}", self.pattern));
        for pattern in patterns.filter(|pattern| !pattern.is_empty()) {
            for path in paths(&pattern, values)? {
                let is_reached = match routed_to(&path) {
                    Some(pattern) if self.is_default => !is_other(&pattern),
                    Some(pattern) => is_own(&pattern) || !is_other(&pattern),
                    None => true,
                };
                if is_reached {
                    return Ok(Some(path));
                }
            }
        }
        Ok(None)
    }
}

fn with_header(set: &Headers, name: &str, value: &str) -> Headers {
    let mut set = set.clone();
    set.push((name.to_owned(), value.to_owned()));
    set
}

/// Returns the resources of an app in the order of their paths, with the default services of scopes.
pub(super) fn resources(tree: &IntrospectionTree) -> Vec<Resource> {
    let mut resources = vec![default_service("", &[])];
    for child in &tree.root.children {
        collect(child, &[], &mut resources);
    }
    resources
}

fn collect(
    node: &IntrospectionNode,
    outer_headers: &[(String, String)],
    resources: &mut Vec<Resource>,
) {
    let mut headers = outer_headers.to_vec();
    headers.extend(required_headers(node));
    let is_resource = matches!(node.kind, ResourceType::Resource);
    if is_resource {
        let alternatives = match node.patterns.as_slice() {
            [_] => Vec::new(),
            several => several
                .iter()
                .filter(|own| !own.is_empty())
                .cloned()
                .collect(),
        };
        resources.push(Resource {
            pattern: node.full_path.clone(),
            alternatives,
            methods: node.methods.iter().map(ToString::to_string).collect(),
            is_default: false,
            headers: headers.clone(),
        });
    }
    // A node without patterns is a part of a path, not a scope. Actix merges a scope and a resource with the
    // same path.
    let may_be_scope = !is_resource || node.patterns.len() > 1 || !node.children.is_empty();
    if may_be_scope && !node.patterns.is_empty() {
        resources.push(default_service(&node.full_path, &headers));
    }
    for child in &node.children {
        collect(child, &headers, resources);
    }
}

fn default_service(scope: &str, headers: &[(String, String)]) -> Resource {
    Resource {
        pattern: scope.trim_end_matches('/').to_owned(),
        alternatives: Vec::new(),
        methods: BTreeSet::new(),
        is_default: true,
        headers: headers.to_vec(),
    }
}

fn required_headers(node: &IntrospectionNode) -> impl Iterator<Item = (String, String)> {
    node.guard_details
        .iter()
        .flat_map(|guard| &guard.details)
        .filter_map(|detail| match detail {
            GuardDetailReport::Headers { headers } => Some(headers),
            _ => None,
        })
        .flatten()
        .map(|header| (header.name.clone(), header.value.clone()))
}
