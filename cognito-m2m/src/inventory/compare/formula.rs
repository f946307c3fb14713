//! What a caller must bring, as a formula without negation.

use std::collections::BTreeSet;

/// One property of a caller.
///
/// A caller has one client, and one value of each claim. Everything else is independent: the members of
/// groups, the default allowlist and the values of path parameters are unknown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Atom {
    Scope(String),
    /// The client with this ID, in its shortest form.
    Client(String),
    Group(String),
    /// A client in the setting `allowed_client_ids`.
    DefaultAllowlist,
    /// A claim with this value, as JSON.
    Claim {
        name: String,
        value: String,
    },
    ClaimEqualsPath {
        name: String,
        parameter: String,
    },
}

/// A combination of properties. `All` of nothing admits every caller, and `Any` of nothing admits none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Formula {
    Atom(Atom),
    All(Vec<Formula>),
    Any(Vec<Formula>),
}

/// Properties that one caller can have at the same time.
pub(super) type Caller<'f> = BTreeSet<&'f Atom>;

impl Atom {
    /// Returns `true` if no caller has both properties.
    pub(super) fn excludes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Client(client), Self::Client(other)) => client != other,
            (
                Self::Claim { name, value },
                Self::Claim {
                    name: other_name,
                    value: other_value,
                },
            ) => name == other_name && value != other_value,
            _ => false,
        }
    }
}

impl Formula {
    /// The formula that no caller satisfies.
    pub(super) const NEVER: Self = Self::Any(Vec::new());

    /// Creates a formula that requires all parts. The order and repetitions of parts don't matter.
    pub(super) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut flat = BTreeSet::new();
        for part in parts {
            match part {
                Self::All(nested) => flat.extend(nested),
                part => drop(flat.insert(part)),
            }
        }
        if flat.contains(&Self::NEVER) {
            return Self::NEVER;
        }
        single(flat).unwrap_or_else(Self::All)
    }

    /// Creates a formula that requires one of the parts. The order and repetitions of parts don't matter.
    pub(super) fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut flat = BTreeSet::new();
        for part in parts {
            match part {
                Self::Any(nested) => flat.extend(nested),
                part => drop(flat.insert(part)),
            }
        }
        let always = Self::All(Vec::new());
        if flat.contains(&always) {
            return always;
        }
        single(flat).unwrap_or_else(Self::Any)
    }

    /// Returns `true` if the formula admits a caller with exactly these properties.
    pub(super) fn admits(&self, caller: &Caller<'_>) -> bool {
        match self {
            Self::Atom(atom) => caller.contains(atom),
            Self::All(parts) => parts.iter().all(|part| part.admits(caller)),
            Self::Any(parts) => parts.iter().any(|part| part.admits(caller)),
        }
    }

    /// Returns the parts of which each must be satisfied.
    pub(super) fn requirements(&self) -> &[Self] {
        match self {
            Self::All(parts) => parts,
            part => std::slice::from_ref(part),
        }
    }

    /// Returns all properties that occur in the formula.
    pub(super) fn atoms(&self) -> BTreeSet<&Atom> {
        match self {
            Self::Atom(atom) => BTreeSet::from([atom]),
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::atoms).collect(),
        }
    }
}

/// Returns the only part, or all parts in order.
fn single(parts: BTreeSet<Formula>) -> Result<Formula, Vec<Formula>> {
    let mut parts: Vec<_> = parts.into_iter().collect();
    match parts.pop() {
        Some(only) if parts.is_empty() => Ok(only),
        Some(last) => {
            parts.push(last);
            Err(parts)
        }
        None => Err(parts),
    }
}
