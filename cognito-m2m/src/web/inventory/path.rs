//! Paths for the patterns of routes.

use std::collections::BTreeMap;

use actix_web::dev::{Path, ResourceDef};
use url::Url;

use crate::inventory::{PathParameter, PathPart, path_parts};

/// The values of path parameters, by name.
pub(super) type Values = BTreeMap<String, String>;

/// A path that a pattern matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FilledPath {
    /// The path of the request, percent-encoded.
    pub(crate) path: String,
    /// The value of each path parameter, as Actix passes it to the handler.
    pub(crate) parameters: Vec<(String, String)>,
}

/// The error returned if the path of a route needs a value for a path parameter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathParameterError {
    /// The pattern matches none of the values that are tried by default.
    #[error(
        "no default value matches the path parameter `{name}` of {pattern:?}: pass one with \
         `.path_parameter({name:?}, \"..\")` of `AppRoutes` or `AuthorizationTests`, or with \
         `--path-parameter {name}=..` on the command line"
    )]
    NoDefault {
        /// The name of the path parameter.
        name: String,
        /// The path pattern of the route.
        pattern: String,
    },
    /// The pattern does not match the value that was passed.
    #[error(
        "the path parameter `{name}` of {pattern:?} does not match the given value {value:?}: pass another \
         one"
    )]
    Mismatch {
        /// The name of the path parameter.
        name: String,
        /// The path pattern of the route.
        pattern: String,
        /// The value that was passed.
        value: String,
    },
    /// The path with all values does not match the pattern.
    #[error(
        "no path for the route {pattern:?} was found: pass the values of its parameters with \
         `.path_parameter(..)` of `AppRoutes` or `AuthorizationTests`"
    )]
    NoPath {
        /// The path pattern of the route.
        pattern: String,
    },
}

/// Returns a path that the pattern matches, with the given values where their names occur in it.
pub(super) fn fill(pattern: &str, values: &Values) -> Result<FilledPath, PathParameterError> {
    fill_with(pattern, values, 0)
}

/// Returns paths that the pattern matches, with different values of its parameters.
///
/// # Errors
///
/// Fails if no path was found.
pub(super) fn paths(pattern: &str, values: &Values) -> Result<Vec<FilledPath>, PathParameterError> {
    let first = fill(pattern, values)?;
    let more = (1..MAX_PATHS).map_while(|attempt| fill_with(pattern, values, attempt).ok());
    let mut paths = vec![first];
    for path in more {
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    Ok(paths)
}

/// Fills the pattern with the values that match after as many others have been skipped.
fn fill_with(
    pattern: &str,
    values: &Values,
    skipped: usize,
) -> Result<FilledPath, PathParameterError> {
    let mut path = String::new();
    for part in path_parts(pattern) {
        match part {
            PathPart::Text(text) => path.push_str(text),
            PathPart::Parameter(parameter) => {
                path.push_str(&value(pattern, &parameter, values, skipped)?);
            }
        }
    }
    let definition = ResourceDef::new(pattern);
    let mut matched = Path::new(path.as_str());
    if !definition.capture_match_info(&mut matched) || !matched.unprocessed().is_empty() {
        let pattern = pattern.to_owned();
        return Err(PathParameterError::NoPath { pattern });
    }
    let parameters = matched
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    Ok(FilledPath {
        path: encode(&path),
        parameters,
    })
}

/// Returns the pattern of a path that consists of the parameter.
fn pattern_of(
    PathParameter {
        name,
        regex,
        is_tail,
    }: &PathParameter<'_>,
) -> String {
    match (regex, is_tail) {
        (Some(regex), _) => format!("/{{{name}:{regex}}}"),
        (None, true) => format!("/{{{name}}}*"),
        (None, false) => format!("/{{{name}}}"),
    }
}

fn value(
    pattern: &str,
    parameter: &PathParameter<'_>,
    values: &Values,
    skipped: usize,
) -> Result<String, PathParameterError> {
    let PathParameter { name, regex, .. } = *parameter;
    let segment = ResourceDef::new(pattern_of(parameter));
    let matches = |value: &str| !value.is_empty() && segment.is_match(&format!("/{value}"));
    if let Some(value) = values.get(name) {
        if matches(value) {
            return Ok(value.clone());
        }
        return Err(PathParameterError::Mismatch {
            name: name.to_owned(),
            pattern: pattern.to_owned(),
            value: value.clone(),
        });
    }
    let matching = candidates(regex.unwrap_or_default()).filter(|value| matches(value));
    let candidate = matching.take(skipped.saturating_add(1)).last();
    candidate.ok_or_else(|| PathParameterError::NoDefault {
        name: name.to_owned(),
        pattern: pattern.to_owned(),
    })
}

/// The most paths of one pattern that are tried.
const MAX_PATHS: usize = 8;

/// Values that common regular expressions match.
const COMMON: [&str; 18] = [
    "1",
    // The rest of a path.
    "1/2",
    "a",
    "a/b/c/d",
    "A",
    "true",
    "v1",
    "en",
    "en-US",
    "us-east-1",
    "a.b",
    "1.0",
    "1.0.0",
    "2026-01-31",
    "2026-01",
    "00000000-0000-4000-8000-000000000000",
    "a@example.com",
    "127.0.0.1",
];

/// The longest repetition of a character that is tried. A SHA-256 hash has 64 hexadecimal digits.
const MAX_REPETITION: usize = 64;

/// Values to try for a path parameter: common ones, the alternatives of the regular expression, and
/// repetitions of a character.
fn candidates(regex: &str) -> impl Iterator<Item = String> {
    let alternatives = regex
        .split(['|', '(', ')'])
        .filter(|text| !text.is_empty())
        .map(ToOwned::to_owned)
        .collect::<Vec<_>>();
    let repetitions = (2..=MAX_REPETITION)
        .flat_map(|length| ["1", "a", "A"].map(|character| character.repeat(length)));
    COMMON
        .into_iter()
        .map(ToOwned::to_owned)
        .chain(alternatives)
        .chain(repetitions)
}

/// Encodes the characters that the path of a URL can't contain.
fn encode(path: &str) -> String {
    let Ok(mut url) = Url::parse("http://localhost") else {
        return path.to_owned();
    };
    url.set_path(path);
    url.path().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(pattern: &str) -> String {
        let values = Values::from([("tenant_id".to_owned(), "acme".to_owned())]);
        match fill(pattern, &values) {
            Ok(filled) => filled.path,
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn patterns_get_a_path_that_they_match() {
        for (pattern, expected) in [
            ("/", "/"),
            ("/widgets", "/widgets"),
            ("/widgets/", "/widgets/"),
            ("/widgets/{id}", "/widgets/1"),
            (r"/widgets/{id:\d+}", "/widgets/1"),
            ("/t/{tenant_id}/w/{id}", "/t/acme/w/1"),
            ("/v{version}.{format:json|csv}", "/v1.json"),
            (r"/y/{year:\d{4}}", "/y/1111"),
            ("/h/{hash:[0-9a-f]{64}}", &format!("/h/{}", "1".repeat(64))),
            (
                "/u/{id:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}}",
                "/u/00000000-0000-4000-8000-000000000000",
            ),
            ("/files/{tail}*", "/files/1"),
            ("/files/{tail:.*}", "/files/1"),
            ("/f/{a}-{b}", "/f/1-1"),
            ("/l/{lang:(en|fr)}/x", "/l/en/x"),
        ] {
            assert_eq!(filled(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn further_paths_have_other_values_and_several_segments() {
        let paths = |pattern: &str| -> Vec<_> {
            let paths = paths(pattern, &Values::new()).expect("a path");
            paths.into_iter().map(|filled| filled.path).collect()
        };
        assert_eq!(paths("/widgets"), ["/widgets"]);
        assert_eq!(paths("/{tail:.*}")[..4], ["/1", "/1/2", "/a", "/a/b/c/d"]);
        assert_eq!(paths("/{tail}*")[..2], ["/1", "/1/2"]);
        assert_eq!(paths("/{id}")[..3], ["/1", "/a", "/A"]);
        assert_eq!(paths(r"/{flag:yes|no}"), ["/yes", "/no"]);
    }

    #[test]
    fn parameters_are_those_that_actix_finds() {
        let values = Values::from([("id".to_owned(), "a b".to_owned())]);
        let filled = fill("/t/{tenant}/w/{id}", &values).expect("a path");
        assert_eq!(filled.path, "/t/1/w/a%20b");
        let expected = [("tenant", "1"), ("id", "a b")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(filled.parameters, expected);
    }

    #[test]
    fn missing_and_wrong_values_are_reported_with_their_parameter() {
        let message = filled("/x/{code:[A-Z]{3}[0-9]{2}q}");
        assert!(
            message.contains(r#".path_parameter("code", "..")"#),
            "{message}"
        );
        let message = filled(r"/x/{tenant_id:\d+}");
        assert!(
            message.contains(r#"does not match the given value "acme""#),
            "{message}"
        );
    }
}
