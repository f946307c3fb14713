//! Changes, from routes that were found to belong together.

use std::collections::BTreeSet;

use super::change::{Change, ChangeKind, Rules};
use super::comparison::{Comparison, compare};
use super::effect::Effect;
use super::in_words::{access_in_words, remark};
use super::unit::Unit;
use crate::inventory::Inventory;

/// Returns a change of one route, without its rules.
pub(super) fn change(kind: ChangeKind, effect: Effect, unit: &Unit<'_>) -> Change {
    Change {
        kind,
        effect,
        endpoints: unit.endpoint.cloned().into_iter().collect(),
        earlier_path: None,
        handler: unit.handler.map(ToOwned::to_owned),
        earlier_handler: None,
        rules: Rules::default(),
        comparison: Comparison::default(),
    }
}

/// Returns the change of a route that is in both inventories.
pub(super) fn changed(old: &Unit<'_>, new: &Unit<'_>) -> Change {
    let comparison = compare(&[*old], &[*new]);
    let is_open_elsewhere = new.is_open() && !new.matches_same_paths(old);
    let effect = match is_open_elsewhere {
        true => Effect::new(true, comparison.tightens.is_some()),
        false => comparison.effect(),
    };
    let other_paths = is_open_elsewhere.then_some(OTHER_PATHS);
    Change {
        earlier_path: earlier_paths(&[*old], &[*new]),
        earlier_handler: old.handler.map(ToOwned::to_owned),
        rules: Rules {
            was: Some(access_in_words(old)),
            now: Some(access_in_words(new)),
            elsewhere: None,
            remark: other_paths.or_else(|| remark(old, new)).map(Into::into),
        },
        comparison,
        ..change(ChangeKind::Changed, effect, new)
    }
}

const OTHER_PATHS: &str = "the pattern of the path can match other requests";

/// Returns the paths that only the earlier routes have.
fn earlier_paths(old: &[Unit<'_>], new: &[Unit<'_>]) -> Option<String> {
    let paths = |units: &[Unit<'_>]| -> BTreeSet<String> {
        let paths = units.iter().filter_map(Unit::path);
        paths.map(ToOwned::to_owned).collect()
    };
    let (old, new) = (paths(old), paths(new));
    let paths: Vec<_> = old.difference(&new).cloned().collect();
    (!paths.is_empty()).then(|| paths.join(", "))
}

/// Returns the change of an endpoint that several routes share. Which of them a request reached, and
/// reaches now, is unknown.
pub(super) fn shared(
    old_rest: &[Unit<'_>],
    new_rest: &[Unit<'_>],
    old: &[Unit<'_>],
    new: &[Unit<'_>],
) -> Change {
    let each_new = new_rest
        .iter()
        .flat_map(|new| old.iter().map(move |old| (old, new)));
    let each_old = old_rest
        .iter()
        .flat_map(|old| new.iter().map(move |new| (old, new)));
    let comparison = each_new
        .chain(each_old)
        .fold(Comparison::default(), |found, (old, new)| {
            found.or(compare(&[*old], &[*new]))
        });
    let list = |units: &[Unit<'_>]| {
        let unit = |unit: &Unit<'_>| match unit.handler {
            Some(handler) => format!("{handler}: {}", access_in_words(unit)),
            None => access_in_words(unit),
        };
        units.iter().map(unit).collect::<Vec<_>>().join(" | ")
    };
    let is_open_elsewhere =
        |new: &Unit<'_>| new.is_open() && !old.iter().any(|old| old.matches_same_paths(new));
    let loosens = comparison.loosens.is_some() || new_rest.iter().any(is_open_elsewhere);
    let endpoints: BTreeSet<_> = new.iter().filter_map(|unit| unit.endpoint).collect();
    let handlers: BTreeSet<_> = old.iter().chain(new).map(|unit| unit.handler).collect();
    let handler = handlers
        .first()
        .filter(|_| handlers.len() == 1)
        .copied()
        .flatten();
    Change {
        kind: ChangeKind::Changed,
        effect: Effect::new(loosens, comparison.tightens.is_some()),
        endpoints: endpoints.into_iter().cloned().collect(),
        earlier_path: earlier_paths(old, new),
        handler: handler.map(ToOwned::to_owned),
        earlier_handler: handler.map(ToOwned::to_owned),
        rules: Rules {
            was: Some(list(old)),
            now: Some(list(new)),
            elsewhere: None,
            remark: Some("several routes share this endpoint".into()),
        },
        comparison,
    }
}

/// Adds that one of the routes that shared an endpoint is gone.
pub(super) fn with_route_gone(change: Change) -> Change {
    Change {
        effect: Effect::Both,
        rules: Rules {
            remark: Some(
                "several routes shared this endpoint; one was deleted, or its guard was removed"
                    .into(),
            ),
            ..change.rules
        },
        ..change
    }
}

/// Returns the only change between inventories of different sources.
pub(super) fn other_source(new: &Inventory) -> Change {
    let source = |is_of_app| match is_of_app {
        true => "the routes of an app (`routes_of(..)`)",
        false => "what the items of a program show (`routes()`)",
    };
    let (was, now) = (source(!new.is_of_app()), source(new.is_of_app()));
    Change {
        kind: ChangeKind::OtherSource,
        effect: Effect::Both,
        endpoints: Vec::new(),
        earlier_path: None,
        handler: None,
        earlier_handler: None,
        rules: Rules {
            remark: Some(
                format!(
                    "the earlier inventory has {was}, this one has {now}: they can't be compared"
                )
                .into(),
            ),
            ..Rules::default()
        },
        comparison: Comparison::default(),
    }
}
