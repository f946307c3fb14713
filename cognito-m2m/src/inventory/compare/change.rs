use std::borrow::Cow;
use std::fmt;

use super::comparison::{Comparison, Witness};
use super::effect::Effect;
use super::witness::{Mark, request_in_words};
use crate::inventory::Endpoint;

/// A difference between two inventories: a route that was added, removed or changed.
///
/// A handler that changed in the same way at several endpoints is one change.
///
/// # Examples
///
/// Prints the changes that loosen, each with a request that shows it:
///
/// ```
/// use cognito_m2m::inventory;
///
/// # let earlier = inventory::routes();
/// let changes = inventory::routes().changes_since(&earlier);
/// for change in changes.iter().filter(|change| change.effect().loosens()) {
///     println!("{change}");
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub(super) kind: ChangeKind,
    pub(super) effect: Effect,
    pub(super) endpoints: Vec<Endpoint>,
    /// The path before the change, if it was another one.
    pub(super) earlier_path: Option<String>,
    pub(super) handler: Option<String>,
    pub(super) earlier_handler: Option<String>,
    /// The rules of both sides in words.
    pub(super) rules: Rules,
    pub(super) comparison: Comparison,
}

/// What happened to a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ChangeKind {
    /// The endpoint or handler is new.
    Added,
    /// The endpoint or handler is gone.
    Removed,
    /// The endpoint or handler is in both inventories.
    Changed,
    /// One inventory is of an app, and the other one of the items of a program.
    OtherSource,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rules {
    pub(super) was: Option<String>,
    pub(super) now: Option<String>,
    /// The endpoint with the earlier rule, if it is another one.
    pub(super) elsewhere: Option<String>,
    /// What the words of the rules don't show. Contains no text of the program.
    pub(super) remark: Option<Cow<'static, str>>,
}

impl Change {
    /// Returns what happened to the route.
    #[must_use]
    pub fn kind(&self) -> ChangeKind {
        self.kind
    }

    /// Returns what the change means for callers.
    #[must_use]
    pub fn effect(&self) -> Effect {
        self.effect
    }

    /// Returns the endpoints at which the route changed. Empty if they are unknown. If a path parameter was
    /// renamed, they have the new name.
    #[must_use]
    pub fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// Returns the handler, if its name is known. For a removed route, it is the earlier one.
    #[must_use]
    pub fn handler(&self) -> Option<&str> {
        self.handler.as_deref()
    }

    /// Returns `ADDED (loosens)`, for example.
    pub(super) fn label(&self) -> &'static str {
        match (self.kind, self.effect) {
            (ChangeKind::Added, Effect::Neutral) => "ADDED",
            (ChangeKind::Added, _) => "ADDED (loosens)",
            (ChangeKind::Removed, Effect::Tightens | Effect::Neutral) => "REMOVED",
            (ChangeKind::Removed, _) => "REMOVED (may loosen)",
            (_, Effect::Loosens) => "LOOSENED",
            (_, Effect::Tightens) => "TIGHTENED",
            (_, Effect::Both) => "CHANGED (loosens and tightens)",
            (_, Effect::Neutral) => "CHANGED",
        }
    }

    /// Returns the endpoints in words, and the earlier path: `GET /a/{key}`, `before /a/{id}`.
    pub(super) fn endpoints_in_words(&self, mark: Mark<'_>) -> Vec<String> {
        let endpoints = self
            .endpoints
            .iter()
            .map(|endpoint| mark(&in_words(endpoint)));
        let earlier = self.earlier_path.as_deref();
        let earlier = earlier.map(|path| format!("before {}", mark(path)));
        endpoints.chain(earlier).collect()
    }

    /// Returns the handler in words, such as `my_api::list, before my_api::list_all`.
    pub(super) fn handler_in_words(&self, mark: Mark<'_>) -> Option<String> {
        let handler = self.handler.as_deref().map(mark);
        match (&self.earlier_handler, self.kind) {
            (earlier, ChangeKind::Changed) if *earlier != self.handler => {
                let unnamed = || "an unnamed handler".to_owned();
                let earlier = earlier.as_deref().map_or_else(unnamed, mark);
                Some(format!(
                    "{}, before {earlier}",
                    handler.unwrap_or_else(unnamed)
                ))
            }
            _ => handler,
        }
    }

    /// Returns what changed: `was any valid token, now a/read`.
    pub(super) fn rules_in_words(&self, mark: Mark<'_>) -> String {
        let rules = &self.rules;
        let text = match (&rules.was, &rules.now, &rules.elsewhere) {
            (Some(was), Some(now), Some(place)) => Some(format!(
                "{}, but {} at {}",
                mark(now),
                mark(was),
                mark(place)
            )),
            (Some(was), Some(now), None) if was == now => Some(format!("still {}", mark(now))),
            (Some(was), Some(now), None) => Some(format!("was {}, now {}", mark(was), mark(now))),
            (None, Some(now), _) => Some(mark(now)),
            (Some(was), None, _) => Some(format!("was {}", mark(was))),
            (None, None, _) => None,
        };
        let text = text.into_iter().map(Cow::Owned);
        let parts: Vec<_> = text.chain(rules.remark.clone()).collect();
        parts.join("; ")
    }

    /// Returns the requests that show the change, each in a sentence.
    pub(super) fn witnesses_in_words(&self, mark: Mark<'_>) -> Vec<String> {
        let Comparison { loosens, tightens } = &self.comparison;
        let too_large = "the rules are too large to compare, so a request";
        let sentence = |witness: &Option<Witness>, certain: &str, possible: &str| {
            let request = request_in_words(witness.as_ref()?, mark);
            Some(match request {
                Some(request) => format!("{request} {certain}"),
                None => format!("{too_large} {possible}"),
            })
        };
        let admitted = sentence(
            loosens,
            "was refused and is now admitted",
            "that was refused may now be admitted",
        );
        let refused = sentence(
            tightens,
            "was admitted and is now refused",
            "that was admitted may now be refused",
        );
        admitted.into_iter().chain(refused).collect()
    }
}

impl fmt::Display for Change {
    /// Writes one line for the change, and one for each request that shows it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain: Mark<'_> = &one_line;
        write!(f, "{}", self.label())?;
        let endpoints = self.endpoints_in_words(plain).join(", ");
        match (endpoints.as_str(), self.handler_in_words(plain)) {
            ("", Some(handler)) => write!(f, " {handler}")?,
            ("", None) => {}
            (endpoints, Some(handler)) => write!(f, " {endpoints} ({handler})")?,
            (endpoints, None) => write!(f, " {endpoints}")?,
        }
        write!(f, ": {}", self.rules_in_words(plain))?;
        for witness in self.witnesses_in_words(plain) {
            write!(f, "\n    {witness}")?;
        }
        Ok(())
    }
}

/// Returns `GET /widgets`.
pub(super) fn in_words(endpoint: &Endpoint) -> String {
    format!("{} {}", endpoint.method, endpoint.path)
}

/// Replaces control characters, such as line breaks.
pub(super) fn one_line(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}
