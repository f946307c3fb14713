use std::fmt;

use super::change::Change;
use super::effect::Effect;

/// The differences between two inventories, those that loosen first.
///
/// The `Display` output has a line for each change, and one for each request that shows it. An empty list is one
/// line.
///
/// # Examples
///
/// ```
/// use cognito_m2m::inventory;
///
/// # let earlier = inventory::routes();
/// let changes = inventory::routes().changes_since(&earlier);
/// assert!(changes.is_empty());
/// assert_eq!(changes.to_string(), "no route has changed");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes(Vec<Change>);

impl Changes {
    /// Sorts changes, and joins those that differ only in their endpoints.
    pub(super) fn new(changes: impl IntoIterator<Item = Change>) -> Self {
        let mut joined: Vec<Change> = Vec::new();
        for change in changes {
            match joined.iter_mut().find(|other| is_same(other, &change)) {
                Some(other) => other.endpoints.extend(change.endpoints),
                None => joined.push(change),
            }
        }
        for change in &mut joined {
            change.endpoints.sort_unstable();
        }
        joined.sort_by(|left, right| order(left).cmp(&order(right)));
        Self(joined)
    }

    /// Returns `true` if the inventories have no differences.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the changes, those that loosen first.
    pub fn iter(&self) -> std::slice::Iter<'_, Change> {
        self.0.iter()
    }

    /// Returns the number of changes with this effect.
    #[must_use]
    pub fn count(&self, effect: Effect) -> usize {
        let matches = |change: &&Change| change.effect == effect;
        self.0.iter().filter(matches).count()
    }

    /// Returns `2 changes loosen, 1 tightens`, for example.
    pub(super) fn summary(&self) -> String {
        let counts = [
            (Effect::Loosens, "loosens", "loosen"),
            (Effect::Both, "loosens and tightens", "loosen and tighten"),
            (Effect::Tightens, "tightens", "tighten"),
            (Effect::Neutral, "is neutral", "are neutral"),
        ];
        let counts = counts.map(|(effect, one, several)| (self.count(effect), one, several));
        let counts = counts.into_iter().filter(|(count, ..)| *count > 0);
        let parts = counts.enumerate().map(|(index, (count, one, several))| {
            let (noun, verb) = match count {
                1 => (" change", one),
                _ => (" changes", several),
            };
            let noun = if index == 0 { noun } else { "" };
            format!("{count}{noun} {verb}")
        });
        parts.collect::<Vec<_>>().join(", ")
    }
}

impl<'a> IntoIterator for &'a Changes {
    type Item = &'a Change;
    type IntoIter = std::slice::Iter<'a, Change>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str(NO_CHANGES);
        }
        for (index, change) in self.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{change}")?;
        }
        Ok(())
    }
}

pub(super) const NO_CHANGES: &str = "no route has changed";

fn is_same(left: &Change, right: &Change) -> bool {
    // A handler without a name can be another one at each endpoint, but then nothing else is known either.
    let without_endpoints = |change: &Change| Change {
        endpoints: Vec::new(),
        ..change.clone()
    };
    without_endpoints(left) == without_endpoints(right)
}

fn order(change: &Change) -> impl Ord + '_ {
    (
        change.effect,
        &change.endpoints,
        &change.handler,
        change.kind,
    )
}
