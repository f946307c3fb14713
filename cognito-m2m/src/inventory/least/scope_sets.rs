//! The sets of scopes that satisfy a rule.

use std::collections::BTreeSet;

use crate::policy::ScopeRule;
use crate::scope::Scope;
use crate::scope_match::ScopeMatch;

pub(super) type Scopes = BTreeSet<Scope>;

/// The number of sets that are tried for an endpoint. Rules with more alternatives are rare.
pub(super) const MAX_SETS: usize = 32;

/// Returns sets that satisfy the rule, at most [`MAX_SETS`]. A rule that is never satisfied has none.
pub(super) fn sets_of(rule: &ScopeRule, default_match: ScopeMatch) -> Vec<Scopes> {
    let sets = |rules: &[ScopeRule]| -> Vec<Vec<Scopes>> {
        rules
            .iter()
            .map(|rule| sets_of(rule, default_match))
            .collect()
    };
    match (rule, default_match) {
        (ScopeRule::Scope(scope), _) => vec![Scopes::from([scope.clone()])],
        (ScopeRule::All(rules), _) | (ScopeRule::Default(rules), ScopeMatch::All) => {
            if rules.is_empty() {
                return Vec::new();
            }
            sets(rules)
                .iter()
                .fold(vec![Scopes::new()], |all, one| unions(&all, one))
        }
        (ScopeRule::Any(rules), _) | (ScopeRule::Default(rules), ScopeMatch::Any) => {
            let mut any = sets(rules).concat();
            any.truncate(MAX_SETS);
            any
        }
    }
}

/// Returns the unions of each set on the left with each on the right, at most [`MAX_SETS`].
///
/// The first of them contain every set of both sides, so that each alternative is tried even where not all
/// combinations are.
pub(super) fn unions(left: &[Scopes], right: &[Scopes]) -> Vec<Scopes> {
    if left.is_empty() || right.is_empty() {
        return Vec::new();
    }
    let longest = left.len().max(right.len());
    let in_pairs = left.iter().cycle().zip(right.iter().cycle()).take(longest);
    let each = left
        .iter()
        .flat_map(|left| right.iter().map(move |right| (left, right)));
    let mut unions: Vec<Scopes> = Vec::new();
    for (left, right) in in_pairs.chain(each) {
        let union: Scopes = left.union(right).cloned().collect();
        if unions.len() < MAX_SETS && !unions.contains(&union) {
            unions.push(union);
        }
    }
    unions
}

/// Returns the set without the scopes that it does not need. `admits` must be monotone: more scopes never
/// turn an admission into a denial.
pub(super) fn minimal(mut scopes: Scopes, admits: impl Fn(&Scopes) -> bool) -> Scopes {
    for scope in scopes.clone() {
        scopes.remove(&scope);
        if !admits(&scopes) {
            scopes.insert(scope);
        }
    }
    scopes
}
