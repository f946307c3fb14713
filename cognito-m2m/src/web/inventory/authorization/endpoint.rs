use std::collections::BTreeMap;
use std::io;

use actix_web::http::StatusCode;
use serde_json::Value;

use super::client::Client;
use super::outcome::Outcome;
use super::place::Place;
use super::report::Report;
use crate::inventory::Access;
use crate::web::inventory::found::Found;
use crate::web::inventory::path::Values;

/// The tests of one endpoint.
pub(super) struct EndpointTest<'a> {
    pub(super) client: &'a Client,
    /// The values of path parameters that the user gave.
    pub(super) values: &'a Values,
    /// The claims that the user gave.
    pub(super) claims: &'a BTreeMap<String, Value>,
    pub(super) place: Place<'a>,
}

impl EndpointTest<'_> {
    pub(super) async fn run(&self, report: &mut Report) -> io::Result<()> {
        match (&self.place.route.access, &self.place.endpoint.found) {
            (Access::Guarded(guards), _) => {
                report.guarded = report.guarded.saturating_add(1);
                self.test_guards(guards, report).await
            }
            (Access::Public { .. }, _) => {
                report.public = report.public.saturating_add(1);
                self.test_public(report).await
            }
            (Access::Unguarded, Found::Unguarded { status, .. }) => {
                self.fail(report, unguarded(*status));
                Ok(())
            }
            (Access::Unguarded, _) => {
                self.fail(report, unguarded(None));
                Ok(())
            }
        }
    }

    pub(super) fn fail(&self, report: &mut Report, problem: impl Into<String>) {
        report.failures.add(&self.place, problem);
    }

    async fn test_public(&self, report: &mut Report) -> io::Result<()> {
        let outcome = self.client.send(self.place.endpoint, None).await?;
        if let Outcome::Refused { .. } = outcome {
            self.fail_as_public(&outcome, report);
        }
        Ok(())
    }

    /// Adds the failure of a public route that refused a request without a token.
    pub(super) fn fail_as_public(&self, outcome: &Outcome, report: &mut Report) {
        let problem = format!(
            "the route is marked as public, but a request without a token {outcome}: remove the mark or the guard"
        );
        self.fail(report, problem);
    }
}

fn unguarded(status: Option<StatusCode>) -> String {
    let answer = match status {
        Some(status) => format!("it answered {}", status.as_u16()),
        None => "it panicked or did not answer".to_owned(),
    };
    format!(
        "the route has no guard and is not public ({answer} without a token): put an attribute such as \
         `#[require_scopes(\"..\")]` on its handler, or mark it `#[public(reason = \"..\")]`"
    )
}
