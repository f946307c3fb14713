use std::io;

use actix_web::http::StatusCode;

use super::endpoint::EndpointTest;
use super::outcome::Outcome;
use super::report::Report;
use super::user_pool::Validity;
use crate::error::{Misconfiguration, Refusal};
use crate::inventory::RouteGuard;
use crate::inventory::least::{Caller, Cases, Lacking, Rules, Satisfiable, cases};
use crate::policy::{Denial, ExpectedClaim};
use crate::web::inventory::found::{Found, HandlerGuard};
use crate::web::inventory::path::fill;
use crate::web::request::{PublicMark, Refuser};

/// The number of times that a caller gets more scopes because a handler requires them.
const MAX_ADDITIONS: usize = 8;

/// Other values that are tried for a path parameter.
const OTHER_VALUES: [&str; 6] = [
    "2",
    "b",
    "B",
    "other",
    "10",
    "00000000-0000-4000-8000-000000000001",
];

impl EndpointTest<'_> {
    pub(super) async fn test_guards(
        &self,
        guards: &[RouteGuard],
        report: &mut Report,
    ) -> io::Result<()> {
        let defaults = &self.client.auth.state().policy_defaults;
        let rules = Rules {
            guards,
            method: self.place.method(),
            path_parameters: &self.place.endpoint.filled.parameters,
            defaults,
        };
        if guards.iter().any(|guard| guard.report_only) {
            let note = "a rule with `danger_report_only` is not enforced, so it is not tested";
            report.notes.add(&self.place, note);
        }
        match cases(&rules, self.claims) {
            Cases::Satisfiable(cases) => {
                self.test_authentication(&cases.least, report).await?;
                if self.test_admitted(&cases, report).await? {
                    self.test_refused(&cases, report).await?;
                    self.test_other_paths(&rules, &cases.least, report).await?;
                }
                Ok(())
            }
            Cases::Unsatisfiable(cases) => {
                self.test_authentication(&cases.everything, report).await?;
                self.test_unsatisfiable(&cases.everything, &cases.denial, report)
                    .await
            }
        }
    }

    async fn test_authentication(&self, caller: &Caller, report: &mut Report) -> io::Result<()> {
        for (validity, sent) in [
            (None, "a request without a token"),
            (Some(Validity::Expired), "an expired token"),
            (Some(Validity::OtherIssuer), "a token of another issuer"),
            (Some(Validity::OtherKey), "a token that another key signed"),
        ] {
            let caller = validity.map(|validity| (caller, validity));
            let outcome = self.client.send(self.place.endpoint, caller).await?;
            if caller.is_none() && self.refuses_although_public(&outcome) {
                self.fail_as_public(&outcome, report);
            }
            self.expect(&outcome, &[StatusCode::UNAUTHORIZED], sent, report);
        }
        Ok(())
    }

    /// Returns `true` if a handler with `#[public]` does not answer without a token, because of an extractor
    /// or of a policy around it.
    fn refuses_although_public(&self, outcome: &Outcome) -> bool {
        let Outcome::Refused { is_public, .. } = outcome else {
            return false;
        };
        let Found::Guarded { handler, .. } = &self.place.endpoint.found else {
            return false;
        };
        *is_public || matches!(handler, HandlerGuard::Public(PublicMark::Handler(_)))
    }

    /// Returns `true` if the app admitted the caller with the least that the guards require.
    async fn test_admitted(&self, cases: &Satisfiable, report: &mut Report) -> io::Result<bool> {
        let is_admitted = self.test_admission(&cases.least, report).await?;
        if is_admitted {
            for caller in &cases.alternatives {
                self.test_admission(caller, report).await?;
            }
        }
        Ok(is_admitted)
    }

    /// Tests that a caller is admitted, with more scopes if the handler itself requires them.
    async fn test_admission(&self, caller: &Caller, report: &mut Report) -> io::Result<bool> {
        let mut caller = caller.clone();
        for _ in 0..MAX_ADDITIONS {
            let outcome = self.send_valid(&caller).await?;
            let (refusal, refuser) = match &outcome {
                Outcome::Admitted { .. } => return Ok(true),
                Outcome::Refused {
                    refusal, refuser, ..
                } => (refusal, *refuser),
            };
            let known = caller.scopes.len();
            if let (Refuser::Handler, Refusal::Authorization(Denial::Scope { required })) =
                (refuser, refusal)
            {
                caller.scopes.extend(required.iter().cloned());
            }
            if caller.scopes.len() == known {
                let advice = advice(refusal, refuser);
                let problem =
                    format!("a token with what the guards require, {caller}, {outcome}: {advice}");
                self.fail(report, problem);
                return Ok(false);
            }
        }
        self.fail(
            report,
            "the handler requires more scopes in each request: leave out the route",
        );
        Ok(false)
    }

    async fn test_refused(&self, cases: &Satisfiable, report: &mut Report) -> io::Result<()> {
        for refused in &cases.refused {
            let outcome = self.send_valid(&refused.caller).await?;
            let sent = format!("a token {} ({})", refused.lacking, refused.caller);
            // The guards must refuse it before the handler runs.
            let statuses = match outcome {
                Outcome::Refused {
                    refuser: Refuser::Handler,
                    ..
                } => &[],
                _ => statuses(&refused.lacking),
            };
            self.expect(&outcome, statuses, &sent, report);
        }
        Ok(())
    }

    /// Tests that the token of one path is refused at another one, if a claim must equal a path parameter.
    async fn test_other_paths(
        &self,
        rules: &Rules<'_>,
        caller: &Caller,
        report: &mut Report,
    ) -> io::Result<()> {
        let endpoint = self.place.endpoint;
        let parameters = rules
            .claim_rules()
            .filter_map(|rule| match rule.expected() {
                ExpectedClaim::PathParameter(name) => Some(name),
                ExpectedClaim::OneOf(_) => None,
            });
        for name in parameters {
            let other = OTHER_VALUES.iter().find_map(|value| {
                let mut values = self.values.clone();
                values.insert(name.to_owned(), (*value).to_owned());
                let other = fill(&endpoint.endpoint.path, &values).ok()?;
                (other.parameters != endpoint.filled.parameters).then_some(other)
            });
            if let Some(other) = other {
                let caller = (caller, Validity::Valid);
                let outcome = self.client.send_to(endpoint, &other, Some(caller)).await?;
                let sent = format!("a token for another value of `{name}`, at {}", other.path);
                self.expect(&outcome, &[StatusCode::FORBIDDEN], &sent, report);
            }
        }
        Ok(())
    }

    async fn test_unsatisfiable(
        &self,
        everything: &Caller,
        denial: &Denial,
        report: &mut Report,
    ) -> io::Result<()> {
        let outcome = self.send_valid(everything).await?;
        let sent = format!("a token with everything that the guards name ({everything})");
        self.expect(&outcome, &[StatusCode::FORBIDDEN], &sent, report);
        if *denial == Denial::Method {
            let note = "no token is admitted, since a scope map does not list the method";
            report.notes.add(&self.place, note);
        } else {
            let problem = format!(
                "no token satisfies the guards ({denial}): change the rules, or pass the client groups, \
                 claims or path parameters that they need"
            );
            self.fail(report, problem);
        }
        Ok(())
    }

    async fn send_valid(&self, caller: &Caller) -> io::Result<Outcome> {
        let caller = Some((caller, Validity::Valid));
        self.client.send(self.place.endpoint, caller).await
    }

    fn expect(&self, outcome: &Outcome, statuses: &[StatusCode], sent: &str, report: &mut Report) {
        if !outcome.is_refused_with(statuses) {
            let statuses: Vec<_> = statuses.iter().map(StatusCode::as_str).collect();
            let expected = match statuses.as_slice() {
                [] => "of the guards".to_owned(),
                statuses => format!("with {}", statuses.join(" or ")),
            };
            let problem = format!("{sent} {outcome}, expected a refusal {expected}");
            self.fail(report, problem);
        }
    }
}

/// Returns the statuses of the refusal of a token that lacks one thing.
fn statuses(lacking: &Lacking) -> &'static [StatusCode] {
    if lacking.may_be_invalid() {
        &[StatusCode::FORBIDDEN, StatusCode::UNAUTHORIZED]
    } else {
        &[StatusCode::FORBIDDEN]
    }
}

/// Returns what to do about the refusal of a token with what the guards require.
fn advice(refusal: &Refusal, refuser: Refuser) -> &'static str {
    match (refusal, refuser) {
        (
            Refusal::UserMapping(_)
            | Refusal::Misconfigured(Misconfiguration::OtherUserType { .. }),
            _,
        ) => {
            "pass the user mapper with `.auth(|auth| auth.user_mapper(..))`, and turn on \
             `user_mapping_enabled` with `.settings(..)`"
        }
        (Refusal::Authorization(Denial::Claims(_)), _) => {
            "pass the claims that the handler reads with `.claim(name, value)`"
        }
        (Refusal::Authorization(Denial::Claim { .. }), Refuser::Handler) => {
            "pass the claim that the handler requires with `.claim(name, value)`, or leave out the route"
        }
        (Refusal::Authorization(Denial::Claim { .. }), Refuser::Wrap) => {
            "a policy around a scope or an `App` knows no path parameters; put it around the resource, or \
             on the handler"
        }
        (_, Refuser::Handler) => "leave out the route, with the reason",
        (_, _) => {
            "check that the rules can be satisfied together, or leave out the route, with the reason"
        }
    }
}
