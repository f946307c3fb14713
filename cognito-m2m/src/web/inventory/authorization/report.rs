use std::fmt;

use super::place::Place;
use crate::inventory::Endpoint;

/// The result of all tests.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// The number of guarded endpoints that were tested.
    pub(super) guarded: usize,
    /// The number of public endpoints that were tested.
    pub(super) public: usize,
    pub(super) requests: usize,
    /// Failures that concern no single endpoint.
    pub(super) problems: Vec<String>,
    pub(super) failures: Lines,
    /// The endpoints that were left out, with the reasons.
    pub(super) left_out: Lines,
    /// What a reader should know although it is no failure.
    pub(super) notes: Lines,
}

impl Report {
    /// Returns `true` if there are no failures.
    pub(super) fn is_passed(&self) -> bool {
        self.problems.is_empty() && self.failures.0.is_empty()
    }
}

/// Texts about endpoints. A text that is the same for several methods of a path is one line.
#[derive(Debug, Default)]
pub(super) struct Lines(Vec<Line>);

#[derive(Debug)]
struct Line {
    methods: Vec<String>,
    place: String,
    text: String,
}

impl Lines {
    pub(super) fn add(&mut self, place: &Place<'_>, text: impl Into<String>) {
        self.add_line(place.method().to_owned(), place.to_string(), text.into());
    }

    /// Adds a text about an endpoint whose handler is unknown.
    pub(super) fn add_endpoint(&mut self, endpoint: &Endpoint, text: impl Into<String>) {
        let Endpoint { method, path, .. } = endpoint.clone();
        self.add_line(method, path, text.into());
    }

    fn add_line(&mut self, method: String, place: String, text: String) {
        let mut lines = self.0.iter_mut();
        match lines.find(|line| line.place == place && line.text == text) {
            Some(line) if line.methods.contains(&method) => {}
            Some(line) => line.methods.push(method),
            None => self.0.push(Line {
                methods: vec![method],
                place,
                text,
            }),
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, kind: &str) -> fmt::Result {
        self.0.iter().try_for_each(|line| {
            let methods = line.methods.join(", ");
            write!(f, "\n- {kind}{methods} {}: {}", line.place, line.text)
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            guarded,
            public,
            requests,
            problems,
            failures,
            ..
        } = self;
        write!(
            f,
            "authorization tests: {guarded} guarded and {public} public endpoints, {requests} requests"
        )?;
        match problems.len().saturating_add(failures.0.len()) {
            0 => {}
            1 => f.write_str(", 1 failure:")?,
            count => write!(f, ", {count} failures:")?,
        }
        for problem in problems {
            write!(f, "\n- {problem}")?;
        }
        failures.write(f, "")?;
        self.left_out.write(f, "left out: ")?;
        self.notes.write(f, "note: ")
    }
}
