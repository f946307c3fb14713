/// What a change means for callers.
///
/// # Examples
///
/// Fails only if a route was loosened, or may have been:
///
/// ```
/// use cognito_m2m::inventory;
///
/// # let earlier = inventory::routes();
/// let changes = inventory::routes().changes_since(&earlier);
/// let is_loosened = changes.iter().any(|change| change.effect().loosens());
/// assert!(!is_loosened, "{changes}");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Effect {
    /// Some requests that were refused are now admitted.
    Loosens,
    /// Some requests that were refused are now admitted, and the reverse. Also a change for which both are
    /// possible: a guarded handler that is no longer listed, or rules that are too large to compare.
    Both,
    /// Some requests that were admitted are now refused.
    Tightens,
    /// The same requests are admitted.
    Neutral,
}

impl Effect {
    pub(super) fn new(loosens: bool, tightens: bool) -> Self {
        match (loosens, tightens) {
            (true, true) => Self::Both,
            (true, false) => Self::Loosens,
            (false, true) => Self::Tightens,
            (false, false) => Self::Neutral,
        }
    }

    /// Returns `true` if some requests that were refused are now admitted, or may be.
    #[must_use]
    pub fn loosens(self) -> bool {
        matches!(self, Self::Loosens | Self::Both)
    }

    /// Returns `true` if some requests that were admitted are now refused, or may be.
    #[must_use]
    pub fn tightens(self) -> bool {
        matches!(self, Self::Tightens | Self::Both)
    }
}
