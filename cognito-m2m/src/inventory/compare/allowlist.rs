use crate::inventory::{GuardSource, RouteGuard};

/// The list of clients that the guards of a route evaluate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Allowlist {
    /// An enforced attribute lists clients.
    Own,
    /// The setting `allowed_client_ids`, whose value is unknown.
    Default,
    /// Policies around a scope or resource are evaluated on their own.
    None,
}

impl Allowlist {
    pub(super) fn of(guards: &[RouteGuard]) -> Self {
        let is_own = |guard: &RouteGuard| {
            guard.source == GuardSource::Attribute
                && !guard.report_only
                && guard.policy.lists_clients()
        };
        if guards.iter().any(is_own) {
            Self::Own
        } else if guards.iter().any(|guard| guard.source != GuardSource::Wrap) {
            Self::Default
        } else {
            Self::None
        }
    }
}
