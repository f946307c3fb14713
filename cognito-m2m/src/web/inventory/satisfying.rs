//! A principal that satisfies the policies around a route, so that the inventory reaches its handler.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::path::FilledPath;
use crate::inventory::least::{Cases, Rules, cases};
use crate::inventory::{GuardSource, RouteGuard};
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
    let guard = |policy: &Rc<Policy>| RouteGuard {
        policy: Policy::clone(policy),
        source: GuardSource::Wrap,
        report_only: false,
    };
    let guards: Vec<_> = policies.iter().map(guard).collect();
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
