//! Reads the policies of a handler.

use cognito_m2m::__private::{Guard, Layers, RoutePolicy};
use cognito_m2m::Policy;

/// Returns the policies of a handler's guard, outermost first.
pub(crate) fn policies<P: RoutePolicy, F>(_: impl Fn(Guard<P>) -> F) -> Vec<Policy> {
    let mut policies = Vec::new();
    collect(P::LAYERS, &mut policies);
    policies
}

fn collect(layers: &Layers, policies: &mut Vec<Policy>) {
    match layers {
        Layers::One(layer) => policies.push(layer.policy.clone()),
        Layers::Both(upper, lower) => {
            collect(upper, policies);
            collect(lower, policies);
        }
    }
}
