//! Path patterns whose parameters can have other names, such as `/widgets/{id}` and `/widgets/{widget_id}`.

use crate::inventory::{Endpoint, PathPart, path_parts};

/// A path pattern, without the names of its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PathPattern<'p> {
    /// The pattern with `{}` in the place of each parameter.
    pub(super) shape: String,
    parameters: Vec<Parameter<'p>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Parameter<'p> {
    name: &'p str,
    regex: Option<&'p str>,
}

impl<'p> PathPattern<'p> {
    pub(super) fn new(path: &'p str) -> Self {
        let mut shape = String::new();
        let mut parameters = Vec::new();
        for part in path_parts(path) {
            match part {
                PathPart::Text(text) => shape.push_str(text),
                PathPart::Parameter(parameter) => {
                    shape.push_str("{}");
                    parameters.push(Parameter {
                        name: parameter.name,
                        regex: parameter.regex.or(parameter.is_tail.then_some(".*")),
                    });
                }
            }
        }
        Self { shape, parameters }
    }

    /// Returns `true` if the patterns differ at most in the names of their parameters.
    pub(super) fn matches_same_paths(&self, other: &Self) -> bool {
        let regexes = |pattern: &Self| -> Vec<_> {
            let parameters = pattern.parameters.iter();
            parameters.map(|parameter| parameter.regex).collect()
        };
        self.shape == other.shape && regexes(self) == regexes(other)
    }
}

/// The names that the path parameters of one endpoint have at another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ParameterNames<'i> {
    /// The paths are the same or have nothing in common, so a name stands for itself.
    Same,
    /// The names at one endpoint, each with that at the other one.
    Renamed(Vec<(&'i str, &'i str)>),
}

impl<'i> ParameterNames<'i> {
    pub(super) fn new(from: Option<&'i Endpoint>, to: Option<&'i Endpoint>) -> Self {
        let (Some(from), Some(to)) = (from, to) else {
            return Self::Same;
        };
        let (from, to) = (PathPattern::new(&from.path), PathPattern::new(&to.path));
        if from.shape != to.shape || from.parameters == to.parameters {
            return Self::Same;
        }
        let pairs = from.parameters.iter().zip(&to.parameters);
        Self::Renamed(pairs.map(|(from, to)| (from.name, to.name)).collect())
    }

    /// Returns the name of a parameter at the other endpoint.
    ///
    /// A name that the path does not have stands for itself, since the path may be incomplete. Returns `None`
    /// if it is the name of something else there.
    pub(super) fn renamed<'n>(&'n self, name: &'n str) -> Option<&'n str> {
        match self {
            Self::Same => Some(name),
            Self::Renamed(pairs) => {
                if let Some((_, to)) = pairs.iter().find(|(from, _)| *from == name) {
                    return Some(to);
                }
                let is_other = pairs.iter().any(|(_, to)| *to == name);
                (!is_other).then_some(name)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shape_has_neither_names_nor_regular_expressions() {
        for (path, shape) in [
            ("", ""),
            ("/a", "/a"),
            ("/a/{id}", "/a/{}"),
            (r"/a/{id:\d{1,3}}/b", "/a/{}/b"),
            ("/v{version}.{format:json|csv}", "/v{}.{}"),
            ("/files/{tail}*", "/files/{}"),
            ("/files/{tail:.*}", "/files/{}"),
            ("/a/{unclosed", "/a/{unclosed"),
        ] {
            assert_eq!(PathPattern::new(path).shape, shape, "{path}");
        }
    }

    #[test]
    fn patterns_with_other_names_match_the_same_paths() {
        for (left, right, expected) in [
            ("/a/{id}", "/a/{key}", true),
            (r"/a/{id:\d+}", r"/a/{key:\d+}", true),
            ("/a/{tail}*", "/a/{rest:.*}", true),
            (r"/a/{id:\d+}", "/a/{id}", false),
            ("/a/{tail}*", "/a/{tail}", false),
            ("/a/{id}", "/b/{id}", false),
        ] {
            let (left, right) = (PathPattern::new(left), PathPattern::new(right));
            assert_eq!(left.matches_same_paths(&right), expected);
        }
    }

    #[test]
    fn parameters_are_renamed_by_their_position() {
        let endpoint = |path: &str| Endpoint::new("GET", path);
        let (from, to) = (endpoint("/t/{tenant}/{id}"), endpoint("/t/{id}/{tenant}"));
        let names = ParameterNames::new(Some(&from), Some(&to));
        assert_eq!(names.renamed("tenant"), Some("id"));
        assert_eq!(names.renamed("id"), Some("tenant"));
        assert_eq!(names.renamed("other"), Some("other"));
        let to = endpoint("/t/{tenant}/{other}");
        let names = ParameterNames::new(Some(&from), Some(&to));
        assert_eq!(names.renamed("id"), Some("other"));
        assert_eq!(names.renamed("other"), None);
        let elsewhere = endpoint("/u/{tenant}/{id}");
        let names = ParameterNames::new(Some(&from), Some(&elsewhere));
        assert_eq!(names.renamed("other"), Some("other"));
    }
}
