//! A principal that satisfies the policies around a route, so that the inventory reaches its handler.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::listing::wrap;
use super::path::FilledPath;
use crate::inventory::least::{Cases, Rules, cases};
use crate::policy::{Policy, PolicyDefaults};
use crate::pool::PoolName;
use crate::principal::ServicePrincipal;

/// A client that is in every group.
pub(super) const GROUP_MEMBER: &str = "cognito-m2m-inventory";

/// Returns a principal that satisfies all policies, or `None` if none was found.
pub(super) fn principal(
    policies: &[Rc<Policy>],
    method: &str,
    filled: &FilledPath,
    defaults: &Arc<PolicyDefaults>,
) -> Option<ServicePrincipal> {
    let guards: Vec<_> = policies.iter().map(|policy| wrap(policy)).collect();
    let rules = Rules {
        guards: &guards,
        method,
        path_parameters: &filled.parameters,
        defaults,
    };
    let Cases::Satisfiable(cases) = cases(&rules, &BTreeMap::new()) else {
        return None;
    };
    let pool = PoolName::new_additional(cases.least.client.pool()).unwrap_or_default();
    let claims = cases.least.all_claims();
    ServicePrincipal::from_claims(claims, pool, "", Arc::clone(defaults)).ok()
}
