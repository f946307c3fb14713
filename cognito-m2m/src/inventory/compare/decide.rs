//! Decides whether one formula admits a caller that another refuses.

use super::formula::{Atom, Caller, Formula};

/// The maximum number of steps of one search. Rules of real handlers need fewer than a hundred.
const MAX_STEPS: u32 = 10_000;

/// The callers that one formula admits and another refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Beyond {
    /// There are none.
    None,
    /// A caller with exactly these properties is one.
    Caller(Vec<Atom>),
    /// The search was too long.
    Unknown,
}

/// Returns a caller that `formula` admits and `other` refuses.
///
/// The answer is exact: formulas have no negation, so if there is such a caller, there is one with only the
/// properties that one way to satisfy `formula` needs. The search tries each way, and gives up one as soon
/// as `other` admits it. Beyond [`MAX_STEPS`], the answer is [`Beyond::Unknown`].
pub(super) fn admitted_beyond(formula: &Formula, other: &Formula) -> Beyond {
    let own = formula.requirements();
    let mut search = Search {
        steps: MAX_STEPS,
        smallest: None,
    };
    // A caller is refused by `other` if one of its requirements refuses it.
    for requirement in other.requirements() {
        if own.contains(requirement) {
            continue;
        }
        let pending = in_search_order(own, requirement);
        search.satisfy(&pending, &Caller::new(), requirement);
    }
    match search.smallest {
        Some(caller) => Beyond::Caller(caller),
        None if search.steps == 0 => Beyond::Unknown,
        None => Beyond::None,
    }
}

/// Sorts requirements such that those that decide about `refusing` come last, since the last one is
/// satisfied first.
fn in_search_order<'f>(requirements: &'f [Formula], refusing: &Formula) -> Vec<&'f Formula> {
    let atoms = refusing.atoms();
    let mut sorted: Vec<_> = requirements.iter().collect();
    sorted.sort_by_key(|requirement| {
        let is_choice = matches!(requirement, Formula::Any(_));
        let is_related = !requirement.atoms().is_disjoint(&atoms);
        (is_related, !is_choice)
    });
    sorted
}

struct Search {
    /// The steps that remain.
    steps: u32,
    smallest: Option<Vec<Atom>>,
}

impl Search {
    /// Extends `caller` in every way that satisfies all of `pending`, while `refusing` refuses it.
    fn satisfy(&mut self, pending: &[&Formula], caller: &Caller<'_>, refusing: &Formula) {
        let is_smaller = |found: &Vec<Atom>| caller.len() < found.len();
        if self.steps == 0
            || refusing.admits(caller)
            || !self.smallest.as_ref().is_none_or(is_smaller)
        {
            return;
        }
        self.steps = self.steps.saturating_sub(1);
        let Some((next, rest)) = pending.split_last() else {
            self.smallest = Some(caller.iter().copied().cloned().collect());
            return;
        };
        match next {
            _ if next.admits(caller) => self.satisfy(rest, caller, refusing),
            Formula::Atom(atom) => {
                if caller.iter().any(|property| property.excludes(atom)) {
                    return;
                }
                let mut caller = caller.clone();
                caller.insert(atom);
                self.satisfy(rest, &caller, refusing);
            }
            Formula::All(parts) => {
                let pending: Vec<_> = rest.iter().copied().chain(parts).collect();
                self.satisfy(&pending, caller, refusing);
            }
            Formula::Any(parts) => {
                for part in parts {
                    let pending: Vec<_> = rest.iter().copied().chain([part]).collect();
                    self.satisfy(&pending, caller, refusing);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(name: &str) -> Formula {
        Formula::Atom(Atom::Scope(name.to_owned()))
    }

    /// A universe that is small enough for a truth table.
    fn universe() -> Vec<Atom> {
        let claim = |value: &str| Atom::Claim {
            name: "tenant".to_owned(),
            value: value.to_owned(),
        };
        vec![
            Atom::Scope("a".to_owned()),
            Atom::Scope("b".to_owned()),
            Atom::Scope("c".to_owned()),
            Atom::Client("x".to_owned()),
            Atom::Client("y".to_owned()),
            Atom::Group("g".to_owned()),
            claim("1"),
            claim("2"),
            Atom::ClaimEqualsPath {
                name: "tenant".to_owned(),
                parameter: "id".to_owned(),
            },
        ]
    }

    fn random_formula(random: &mut fastrand::Rng, atoms: &[Atom], depth: u32) -> Formula {
        let kind = if depth == 0 { 0 } else { random.u32(0..3) };
        let mut parts = || {
            let length = random.usize(0..4);
            (0..length)
                .map(|_| random_formula(random, atoms, depth - 1))
                .collect::<Vec<_>>()
        };
        match kind {
            0 => Formula::Atom(random.choice(atoms).expect("atoms").clone()),
            1 => Formula::all(parts()),
            _ => Formula::any(parts()),
        }
    }

    #[test]
    fn search_agrees_with_a_truth_table() {
        let atoms = universe();
        let callers: Vec<Caller<'_>> = (0_u32..1 << atoms.len())
            .map(|bits| {
                let atoms = atoms.iter().enumerate();
                let held = atoms.filter(|(index, _)| bits & (1 << index) != 0);
                held.map(|(_, atom)| atom).collect::<Caller<'_>>()
            })
            .filter(|caller| {
                let excludes = |atom: &&Atom| caller.iter().any(|other| other.excludes(atom));
                !caller.iter().any(excludes)
            })
            .collect();
        let mut random = fastrand::Rng::with_seed(13);
        let mut found = [0_u32; 2];
        for _ in 0..4_000 {
            let formula = random_formula(&mut random, &atoms, 3);
            let other = random_formula(&mut random, &atoms, 3);
            let is_beyond = |caller: &&Caller<'_>| formula.admits(caller) && !other.admits(caller);
            let smallest = callers.iter().filter(is_beyond).map(Caller::len).min();
            match admitted_beyond(&formula, &other) {
                Beyond::None => {
                    assert_eq!(smallest, None, "{formula:?} {other:?}");
                    found[0] += 1;
                }
                Beyond::Caller(caller) => {
                    let as_set: Caller<'_> = caller.iter().collect();
                    assert!(callers.contains(&as_set), "{caller:?}");
                    assert!(is_beyond(&&as_set), "{formula:?} {other:?}: {caller:?}");
                    assert_eq!(smallest, Some(caller.len()), "{formula:?} {other:?}");
                    found[1] += 1;
                }
                Beyond::Unknown => panic!("{formula:?} {other:?}"),
            }
        }
        assert!(found.iter().all(|count| *count > 500), "{found:?}");
    }

    /// Twenty times one of two scopes: more than a million ways to satisfy it.
    fn pairs(except: usize) -> Vec<Formula> {
        let pair = |index| Formula::any([scope(&format!("{index}a")), scope(&format!("{index}b"))]);
        (0..20).filter(|index| *index != except).map(pair).collect()
    }

    #[test]
    fn one_changed_part_of_a_large_rule_is_decided() {
        let all = Formula::all(pairs(99));
        for index in [0, 7, 19] {
            let a = scope(&format!("{index}a"));
            let narrow = Formula::all(pairs(index).into_iter().chain([a]));
            assert_eq!(admitted_beyond(&narrow, &all), Beyond::None);
            assert!(
                matches!(admitted_beyond(&all, &narrow), Beyond::Caller(caller) if caller.len() == 20)
            );
        }
        assert_eq!(admitted_beyond(&all, &all), Beyond::None);
    }

    #[test]
    fn search_of_a_too_large_rule_ends_without_an_answer() {
        let all = Formula::all(pairs(99));
        let last = Formula::any([Formula::all(pairs(99)), scope("x")]);
        // Both are the same for a caller without `x`, but written such that no part is shared.
        let same = Formula::any([all.clone(), Formula::all([all.clone(), scope("y")])]);
        assert_eq!(admitted_beyond(&same, &last), Beyond::Unknown);
    }
}
