//! The parts of Actix's path patterns.

/// A part of a path pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathPart<'p> {
    Text(&'p str),
    Parameter(PathParameter<'p>),
}

/// A path parameter in a pattern: `{name}`, `{name:regex}` or, at the end, `{name}*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PathParameter<'p> {
    pub(crate) name: &'p str,
    pub(crate) regex: Option<&'p str>,
    /// `true` if it matches the rest of the path.
    pub(crate) is_tail: bool,
}

/// Splits a pattern at its parameters.
pub(crate) fn path_parts(pattern: &str) -> Vec<PathPart<'_>> {
    let mut parts = Vec::new();
    let mut rest = pattern;
    while let Some((text, inside, after)) = split_at_parameter(rest) {
        parts.push(PathPart::Text(text));
        let (name, regex) = match inside.split_once(':') {
            Some((name, regex)) => (name, Some(regex)),
            None => (inside, None),
        };
        let is_tail = after == "*";
        parts.push(PathPart::Parameter(PathParameter {
            name,
            regex,
            is_tail,
        }));
        rest = if is_tail { "" } else { after };
    }
    parts.push(PathPart::Text(rest));
    parts
}

/// Returns the text before the first parameter, what its braces contain, and the text after it.
fn split_at_parameter(pattern: &str) -> Option<(&str, &str, &str)> {
    let (text, parameter) = pattern.split_once('{')?;
    let mut depth = 1_usize;
    for (position, character) in parameter.char_indices() {
        match character {
            '{' => depth = depth.saturating_add(1),
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            let (inside, after) = parameter.split_at(position);
            return Some((text, inside, after.strip_prefix('}')?));
        }
    }
    None
}
