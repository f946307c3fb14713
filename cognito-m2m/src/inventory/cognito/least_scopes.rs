use std::collections::BTreeSet;

use crate::policy::ScopeRule;
use crate::scope_match::ScopeMatch;

/// The number of combinations of scopes up to which rules are expanded.
const MAX_COMBINATIONS: usize = 4096;

/// A set of scopes that satisfies a rule.
type Combination<'r> = BTreeSet<&'r str>;

/// The combinations of scopes that satisfy a rule, or an error if there are too many.
type Combinations<'r> = Result<Vec<Combination<'r>>, TooMany>;

#[derive(Debug)]
struct TooMany;

/// Returns the least number of scopes that satisfy all of the rules, or a lower bound if they have too many
/// combinations to be compared: the number of scopes that every combination has.
///
/// Returns `None` if no scopes satisfy the rules.
pub(super) fn least_scopes(rules: &[&ScopeRule], default_match: ScopeMatch) -> Option<usize> {
    match all_of(rules.iter().copied(), default_match) {
        Ok(combinations) => combinations.iter().map(BTreeSet::len).min(),
        Err(TooMany) => Some(common_of_all(rules.iter().copied(), default_match)?.len()),
    }
}

fn combinations(rule: &ScopeRule, default_match: ScopeMatch) -> Combinations<'_> {
    match (rule, default_match) {
        (ScopeRule::Scope(scope), _) => Ok(vec![BTreeSet::from([scope.as_str()])]),
        (ScopeRule::All(rules), _) | (ScopeRule::Default(rules), ScopeMatch::All) => {
            if rules.is_empty() {
                return Ok(Vec::new());
            }
            all_of(rules.iter(), default_match)
        }
        (ScopeRule::Any(rules), _) | (ScopeRule::Default(rules), ScopeMatch::Any) => {
            let each = rules.iter().map(|rule| combinations(rule, default_match));
            let each = each.collect::<Result<Vec<_>, _>>()?.concat();
            if each.len() > MAX_COMBINATIONS {
                return Err(TooMany);
            }
            Ok(each)
        }
    }
}

fn all_of<'r>(
    rules: impl Iterator<Item = &'r ScopeRule>,
    default_match: ScopeMatch,
) -> Combinations<'r> {
    let mut together = vec![BTreeSet::new()];
    for rule in rules {
        let next = combinations(rule, default_match)?;
        if together.len().saturating_mul(next.len()) > MAX_COMBINATIONS {
            return Err(TooMany);
        }
        let joined = together.iter().flat_map(|left| {
            let join = move |right: &Combination<'r>| left.union(right).copied().collect();
            next.iter().map(join)
        });
        together = joined.collect();
        together.sort_unstable();
        together.dedup();
    }
    Ok(together)
}

/// Returns the scopes that every combination has, or `None` if no scopes satisfy the rule.
fn common(rule: &ScopeRule, default_match: ScopeMatch) -> Option<Combination<'_>> {
    match (rule, default_match) {
        (ScopeRule::Scope(scope), _) => Some(BTreeSet::from([scope.as_str()])),
        (ScopeRule::All(rules), _) | (ScopeRule::Default(rules), ScopeMatch::All) => {
            if rules.is_empty() {
                return None;
            }
            common_of_all(rules.iter(), default_match)
        }
        (ScopeRule::Any(rules), _) | (ScopeRule::Default(rules), ScopeMatch::Any) => {
            let satisfiable = rules.iter().filter_map(|rule| common(rule, default_match));
            satisfiable.reduce(|left, right| left.intersection(&right).copied().collect())
        }
    }
}

fn common_of_all<'r>(
    mut rules: impl Iterator<Item = &'r ScopeRule>,
    default_match: ScopeMatch,
) -> Option<Combination<'r>> {
    rules.try_fold(BTreeSet::new(), |mut all, rule| {
        all.extend(common(rule, default_match)?);
        Some(all)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(scopes: &[&str]) -> ScopeRule {
        ScopeRule::all(scopes.iter().map(|scope| (*scope).to_owned())).expect("scopes")
    }

    fn any(scopes: &[&str]) -> ScopeRule {
        ScopeRule::any(scopes.iter().map(|scope| (*scope).to_owned())).expect("scopes")
    }

    #[test]
    fn least_number_is_that_of_the_smallest_combination() {
        let nested = ScopeRule::Any(vec![all(&["a", "b", "c"]), all(&["d", "e"])].into());
        let either = ScopeRule::default_match(["a", "b"]).expect("scopes");
        let least =
            |rules: &[&ScopeRule], default_match: ScopeMatch| least_scopes(rules, default_match);
        for (rules, number) in [
            (vec![], Some(0)),
            (vec![&all(&["a", "b"])], Some(2)),
            (vec![&any(&["a", "b"])], Some(1)),
            (vec![&nested], Some(2)),
            (vec![&nested, &all(&["a", "b"])], Some(3)),
            (vec![&any(&["a", "b"]), &any(&["b", "c"])], Some(1)),
            (vec![&all(&[])], None),
            (vec![&any(&[])], None),
            (vec![&either], Some(2)),
        ] {
            assert_eq!(least(&rules, ScopeMatch::All), number, "{rules:?}");
        }
        assert_eq!(least(&[&either], ScopeMatch::Any), Some(1));
    }

    #[test]
    fn too_many_combinations_have_the_common_scopes_as_lower_bound() {
        let many: Vec<_> = (0..100).map(|number| number.to_string()).collect();
        let many = ScopeRule::any(many).expect("scopes");
        let common = ScopeRule::Any(vec![all(&["a", "b"]), all(&["b", "c"]), any(&[])].into());
        let third = all(&["b", "d"]);
        for (rules, number) in [
            (vec![&many, &many, &many], Some(0)),
            (vec![&many, &many, &many, &common, &third], Some(2)),
            (vec![&many, &many, &many, &any(&[])], None),
            (vec![&many, &many, &many, &all(&[])], None),
        ] {
            assert_eq!(least_scopes(&rules, ScopeMatch::All), number, "{rules:?}");
        }
    }
}
