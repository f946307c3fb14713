//! Finds the differences between two inventories.

use std::collections::BTreeSet;

use super::change::{Change, ChangeKind, Rules, in_words};
use super::changes::Changes;
use super::comparison::{Comparison, compare};
use super::difference::{change, changed, other_source, shared, with_route_gone};
use super::effect::Effect;
use super::in_words::access_in_words;
use super::unit::{Key, Unit, Units, by_path, has_further_place, units, units_of};
use crate::inventory::Inventory;

impl Inventory {
    /// Returns what changed since an earlier inventory.
    ///
    /// Routes of an app are compared by method and path: a path that is now served by another handler is a
    /// change. A path whose parameters have other names or other regular expressions is the same path. Handlers
    /// without an endpoint, and those that [`routes`](crate::inventory::routes) lists, are compared by their
    /// names. Files and lines are ignored.
    ///
    /// The effect is exact for everything that the rules contain. A change from or to something that only the
    /// settings define, such as the members of a client group, both loosens and tightens. A new route loosens if
    /// it is open, or if its handler required more elsewhere. An endpoint of an app that is gone tightens, unless
    /// another route with such a path admits more.
    ///
    /// A guarded handler that is gone may have been deleted, or its guard was removed. An inventory can't show
    /// which if the handler had no endpoint or shared it with others, so the change both loosens and tightens.
    ///
    /// Two things are not considered: that the pattern of one route can match other paths, as `/widgets/{id}`
    /// matches `/widgets/new`, and that a handler without a name moved to another path, which is one route that
    /// is gone and one that is new.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::inventory::{Effect, Inventory};
    /// use serde_json::json;
    ///
    /// let inventory = |rule| {
    ///     let json = json!({"version": 1, "source": "app", "routes": [{
    ///         "handler": "my_api::list",
    ///         "endpoints": [{"method": "GET", "path": "/widgets"}],
    ///         "access": "guarded",
    ///         "guards": [{"source": "attribute", "report_only": false, "rule": rule}],
    ///     }]});
    ///     Inventory::from_json(&json.to_string())
    /// };
    /// let earlier = inventory(json!({"scopes": "widgets/read"}))?;
    /// let current = inventory(json!({"authenticated": true}))?;
    ///
    /// let changes = current.changes_since(&earlier);
    /// assert_eq!(changes.count(Effect::Loosens), 1);
    /// assert_eq!(
    ///     changes.to_string(),
    ///     "LOOSENED GET /widgets (my_api::list): was widgets/read, now any valid token\n    \
    ///      a token without scopes was refused and is now admitted"
    /// );
    /// # Ok::<(), cognito_m2m::inventory::InvalidInventory>(())
    /// ```
    #[must_use]
    pub fn changes_since(&self, earlier: &Self) -> Changes {
        if self.is_of_app() != earlier.is_of_app() {
            return Changes::new([other_source(self)]);
        }
        let comparison = InventoryComparison {
            old: units(earlier),
            new: units(self),
            is_of_app: self.is_of_app(),
        };
        Changes::new(comparison.changes())
    }
}

struct InventoryComparison<'i> {
    old: Units<'i>,
    new: Units<'i>,
    is_of_app: bool,
}

impl<'i> InventoryComparison<'i> {
    fn changes(&self) -> Vec<Change> {
        let keys: BTreeSet<&Key<'_>> = self.old.keys().chain(self.new.keys()).collect();
        let at = |units: &Units<'i>, key| units.get(key).cloned().unwrap_or_default();
        keys.into_iter()
            .flat_map(|key| by_path(&at(&self.old, key), &at(&self.new, key)))
            .flat_map(|(old, new)| self.changes_at(&old, &new))
            .collect()
    }

    /// Returns the changes at one endpoint, or of one handler.
    fn changes_at(&self, old: &[Unit<'i>], new: &[Unit<'i>]) -> Vec<Change> {
        let (mut old_rest, mut new_rest) = (old.to_vec(), new.to_vec());
        // Routes with different routing guards can share an endpoint. Those of the same handler are
        // assumed to have the same routing guards as before.
        let _ = take_pairs(&mut old_rest, &mut new_rest, |old, new| old == new);
        let same_handler =
            |old: &Unit<'_>, new: &Unit<'_>| old.handler.is_some() && old.handler == new.handler;
        let mut pairs = Vec::new();
        if is_unambiguous(&old_rest) && is_unambiguous(&new_rest) {
            pairs = take_pairs(&mut old_rest, &mut new_rest, same_handler);
        }
        if let ([only_old], [only_new]) = (old, new)
            && !old_rest.is_empty()
        {
            pairs.push((*only_old, *only_new));
            old_rest.clear();
            new_rest.clear();
        }
        let changed = pairs.iter().map(|(old, new)| changed(old, new));
        changed
            .chain(self.changes_of_rest(&old_rest, &new_rest, old, new))
            .collect()
    }

    /// Returns the changes of the routes at one endpoint that have no counterpart.
    fn changes_of_rest(
        &self,
        old_rest: &[Unit<'i>],
        new_rest: &[Unit<'i>],
        old: &[Unit<'i>],
        new: &[Unit<'i>],
    ) -> Vec<Change> {
        if old_rest.is_empty() && new_rest.is_empty() {
            return Vec::new();
        }
        if old.is_empty() {
            return new_rest.iter().filter_map(|new| self.added(new)).collect();
        }
        if new.is_empty() {
            return old_rest
                .iter()
                .filter_map(|old| self.removed(old))
                .collect();
        }
        // A request can now reach any of the routes at the endpoint.
        let change = shared(old_rest, new_rest, old, new);
        let is_gone = old_rest.len() > new_rest.len()
            && old_rest.iter().any(|old| self.is_guarded_and_gone(old));
        vec![if is_gone {
            with_route_gone(change)
        } else {
            change
        }]
    }

    /// Returns `true` if a guarded handler is no longer listed. At an endpoint that other routes answer, it may
    /// still be there: without its guard, and with routing guards that no request satisfies.
    fn is_guarded_and_gone(&self, old: &Unit<'i>) -> bool {
        !old.is_open() && units_of(&self.new, old.handler).is_empty()
    }

    fn added(&self, new: &Unit<'i>) -> Option<Change> {
        let required = self.required_before(new);
        let is_moved = has_further_place(new.handler, &self.old, &self.new);
        // The endpoints that the handler had are reported as removed.
        if new.endpoint.is_none() && is_moved && required.is_none() && !new.is_open() {
            return None;
        }
        let (was, comparison) = match required {
            Some((was, comparison)) => (Some(was), comparison),
            None if new.is_open() => (None, compare(&[], &[*new])),
            None => (None, Comparison::default()),
        };
        let effect = Effect::new(comparison.loosens.is_some(), false);
        Some(Change {
            rules: Rules {
                was: was.as_ref().map(access_in_words),
                now: Some(access_in_words(new)),
                elsewhere: was.and_then(|was| was.endpoint).map(in_words),
                remark: None,
            },
            comparison,
            ..change(ChangeKind::Added, effect, new)
        })
    }

    /// Returns an earlier route that required more: one with the same path up to its parameters, or one of the
    /// same handler.
    fn required_before(&self, new: &Unit<'i>) -> Option<(Unit<'i>, Comparison)> {
        let same_path = self.old.get(&new.key(self.is_of_app)).cloned();
        let same_handler = units_of(&self.old, new.handler);
        let is_known = same_handler.iter().any(|old| old.access == new.access);
        let same_handler = (!is_known).then_some(same_handler);
        same_path.into_iter().chain(same_handler).find_map(|old| {
            let comparison = Comparison {
                tightens: None,
                ..compare(&old, &[*new])
            };
            let first = *old.first()?;
            comparison.loosens.is_some().then_some((first, comparison))
        })
    }

    fn removed(&self, old: &Unit<'i>) -> Option<Change> {
        let is_moved = has_further_place(old.handler, &self.new, &self.old);
        // The endpoints that the handler has now are reported as added.
        if old.endpoint.is_none() && is_moved {
            return None;
        }
        let comparison = self.admitted_by_others(old);
        // The attribute registers the handler, so a handler without it is not listed. An endpoint of an app
        // is listed without a guard too.
        let is_listed_with_guard_only = old.endpoint.is_none() || !self.is_of_app;
        let remark = if comparison.loosens.is_some() {
            Some("other routes still answer at this path")
        } else if is_listed_with_guard_only && !is_moved && !old.is_open() {
            Some("the handler was deleted, or its guard was removed")
        } else {
            None
        };
        Some(Change {
            rules: Rules {
                was: Some(access_in_words(old)),
                remark: remark.map(Into::into),
                ..Rules::default()
            },
            comparison,
            ..change(
                ChangeKind::Removed,
                Effect::new(remark.is_some(), true),
                old,
            )
        })
    }

    /// Returns a request that an endpoint of an app refused, and that the remaining routes with the same path
    /// up to its parameters admit.
    fn admitted_by_others(&self, old: &Unit<'i>) -> Comparison {
        let key = old.key(self.is_of_app);
        match self.new.get(&key) {
            Some(others) => Comparison {
                tightens: None,
                ..compare(&[*old], others)
            },
            None => Comparison::default(),
        }
    }
}

/// Removes the pairs that belong together from both lists, and returns them.
fn take_pairs<'i>(
    old: &mut Vec<Unit<'i>>,
    new: &mut Vec<Unit<'i>>,
    belong_together: impl Fn(&Unit<'i>, &Unit<'i>) -> bool,
) -> Vec<(Unit<'i>, Unit<'i>)> {
    let mut pairs = Vec::new();
    old.retain(|old| {
        let Some(index) = new.iter().position(|new| belong_together(old, new)) else {
            return true;
        };
        pairs.push((*old, new.remove(index)));
        false
    });
    pairs
}

/// Returns `true` if no two units have the same handler.
fn is_unambiguous(units: &[Unit<'_>]) -> bool {
    let handlers: BTreeSet<_> = units.iter().map(|unit| unit.handler).collect();
    handlers.len() == units.len()
}
