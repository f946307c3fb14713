use std::collections::{BTreeMap, BTreeSet};

use super::pattern::PathPattern;
use crate::inventory::{Access, Endpoint, Inventory};

/// A route at one of its endpoints, or a route without an endpoint.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Unit<'i> {
    pub(super) endpoint: Option<&'i Endpoint>,
    pub(super) handler: Option<&'i str>,
    pub(super) access: &'i Access,
}

/// The units of an inventory, by what identifies them in another inventory.
pub(super) type Units<'i> = BTreeMap<Key<'i>, Vec<Unit<'i>>>;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key<'i> {
    /// An endpoint of an app. Its parameters can get other names.
    Endpoint { method: &'i str, shape: String },
    /// A handler without an endpoint, or with one that its item shows. Items show no complete paths, so
    /// handlers at the same path usually have nothing in common.
    Handler {
        handler: Option<&'i str>,
        endpoint: Option<&'i Endpoint>,
    },
}

impl<'i> Unit<'i> {
    /// Returns the method, if the endpoint has one.
    pub(super) fn method(&self) -> Option<&'i str> {
        let method = self.endpoint.map(|endpoint| endpoint.method.as_str());
        method.filter(|method| {
            !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase())
        })
    }

    pub(super) fn path(&self) -> Option<&'i str> {
        self.endpoint.map(|endpoint| endpoint.path.as_str())
    }

    pub(super) fn is_open(&self) -> bool {
        !matches!(self.access, Access::Guarded(_))
    }

    /// Returns `true` if the paths differ at most in the names of their parameters.
    pub(super) fn matches_same_paths(&self, other: &Self) -> bool {
        let pattern = |unit: &Self| unit.path().map(PathPattern::new);
        match (pattern(self), pattern(other)) {
            (Some(left), Some(right)) => left.matches_same_paths(&right),
            (left, right) => left.is_none() && right.is_none(),
        }
    }

    pub(super) fn key(&self, is_of_app: bool) -> Key<'i> {
        match self.endpoint {
            Some(endpoint) if is_of_app => Key::Endpoint {
                method: &endpoint.method,
                shape: PathPattern::new(&endpoint.path).shape,
            },
            endpoint => Key::Handler {
                handler: self.handler,
                endpoint,
            },
        }
    }
}

/// Returns the units of an inventory.
pub(super) fn units(inventory: &Inventory) -> Units<'_> {
    let mut units = Units::new();
    for route in inventory {
        let endpoints = route.endpoints.iter().map(Some);
        let without = route.endpoints.is_empty().then_some(None);
        for endpoint in endpoints.chain(without) {
            let unit = Unit {
                endpoint,
                handler: route.handler.as_deref(),
                access: &route.access,
            };
            let key = unit.key(inventory.is_of_app());
            units.entry(key).or_default().push(unit);
        }
    }
    units
}

/// Returns the units of a handler whose name is known.
pub(super) fn units_of<'i>(units: &Units<'i>, handler: Option<&str>) -> Vec<Unit<'i>> {
    let units = units.values().flatten();
    let units = units.filter(|unit| handler.is_some() && unit.handler == handler);
    units.copied().collect()
}

/// Returns `true` if `units` has the handler where `other` doesn't.
pub(super) fn has_further_place(
    handler: Option<&str>,
    units: &Units<'_>,
    other: &Units<'_>,
) -> bool {
    let has_handler = |units: &Vec<Unit<'_>>| {
        handler.is_some() && units.iter().any(|unit| unit.handler == handler)
    };
    units
        .iter()
        .any(|(key, here)| has_handler(here) && !other.get(key).is_some_and(has_handler))
}

/// Splits units with the same key into those with the same path, and those whose path only one side has.
pub(super) fn by_path<'i>(
    old: &[Unit<'i>],
    new: &[Unit<'i>],
) -> Vec<(Vec<Unit<'i>>, Vec<Unit<'i>>)> {
    let paths = |units: &[Unit<'i>]| -> BTreeSet<_> { units.iter().map(Unit::path).collect() };
    let (old_paths, new_paths) = (paths(old), paths(new));
    let shared_path = |unit: &Unit<'i>| {
        let path = unit.path();
        (old_paths.contains(&path) && new_paths.contains(&path)).then_some(path)
    };
    let mut groups: BTreeMap<_, (Vec<_>, Vec<_>)> = BTreeMap::new();
    for unit in old {
        groups.entry(shared_path(unit)).or_default().0.push(*unit);
    }
    for unit in new {
        groups.entry(shared_path(unit)).or_default().1.push(*unit);
    }
    groups.into_values().collect()
}
