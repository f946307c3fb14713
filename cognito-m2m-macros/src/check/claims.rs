//! Checks of claims: each name, and each value of a claim, occurs once.

use std::collections::HashSet;

use crate::errors::Errors;
use crate::model::{Claim, ClaimCondition, ClaimValue};

pub(crate) fn check_claims(claims: &[Claim], errors: &mut Errors) {
    let mut names = HashSet::new();
    for Claim { name, condition } in claims {
        if !names.insert(name.identity()) {
            let advice = match condition {
                ClaimCondition::OneOf(_) => format!(
                    "; for one of several values, write `{} = [\"a\", \"b\"]`",
                    name.identity()
                ),
                ClaimCondition::PathParameter(_) => String::new(),
            };
            let message = format_args!("this claim is already in the list{advice}");
            errors.report(name.span(), message);
        }
        if let ClaimCondition::OneOf(values) = condition {
            check_values(values, errors);
        }
    }
}

fn check_values(values: &[ClaimValue], errors: &mut Errors) {
    let mut seen = HashSet::new();
    for value in values {
        if !seen.insert(value.source()) {
            errors.report(value.span(), "this is already in the list");
        }
    }
}
