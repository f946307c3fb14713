use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::io;

use actix_web::web::ServiceConfig;
use serde_json::Value;

use super::client::Client;
use super::endpoint::EndpointTest;
use super::left_out::LeaveOut;
use super::place::Place;
use super::report::Report;
use super::user_pool::UserPool;
use crate::inventory::{Access, Endpoint, Route};
use crate::policy::Policy;
use crate::settings::Settings;
use crate::web::builder::{BuildError, CognitoAuthBuilder};
use crate::web::inventory::app::RecordedApp;
use crate::web::inventory::listing::route;
use crate::web::inventory::path::Values;
use crate::web::inventory::probe::{AppRoutesError, probe};

/// The error that prevents the tests.
#[derive(Debug, thiserror::Error)]
pub(super) enum RunError {
    #[error("failed to list the routes of the app")]
    Routes(#[from] AppRoutesError),
    #[error("failed to build the middleware for the tests: check `.settings(..)` and `.auth(..)`")]
    Build(#[from] BuildError),
    #[error("failed to sign a token")]
    Token(#[from] io::Error),
}

/// What a user sets.
#[derive(Default)]
pub(super) struct Options {
    /// The values of path parameters.
    pub(super) values: Values,
    /// Claims of every token.
    pub(super) claims: BTreeMap<String, Value>,
    pub(super) leave_out: Vec<LeaveOut>,
    pub(super) settings: Settings,
    pub(super) auth: CognitoAuthBuilder,
}

/// Finds the endpoints of the app, and tests each.
pub(super) async fn run(
    configure: &dyn Fn(&mut ServiceConfig),
    options: Options,
) -> Result<Report, RunError> {
    // Endpoints that are left out by their paths get no request at all.
    let unprobed = RefCell::new(BTreeSet::new());
    let is_left_out = |method: &str, path: &str| {
        let mut leave_out = options.leave_out.iter();
        let position = leave_out.position(|leave_out| leave_out.is_endpoint(method, path));
        if let Some(position) = position {
            let endpoint = Endpoint::new(method, path);
            unprobed.borrow_mut().insert((position, endpoint));
        }
        position.is_some()
    };
    let endpoints = probe(configure, &options.values, &is_left_out).await?;
    let unprobed = unprobed.into_inner();
    let routes: Vec<_> = endpoints
        .iter()
        .map(|endpoint| route(&endpoint.found))
        .collect();
    let user_pool = UserPool::new(&options.settings)?;
    let settings = user_pool.settings(options.settings, &policies(&routes));
    let mut builder = options.auth.settings(settings).allow_undefined_groups();
    builder.records_guards = true;
    let auth = builder.build()?;
    let client = Client {
        app: RecordedApp::start(auth.clone(), configure).await,
        auth,
        user_pool,
        requests: Cell::default(),
    };
    let mut report = Report::default();
    let named: Vec<_> = endpoints
        .iter()
        .zip(&routes)
        .map(|(endpoint, route)| (&endpoint.endpoint, route))
        .collect();
    let mut left_out = BTreeMap::new();
    for (number, leave_out) in options.leave_out.iter().enumerate() {
        let endpoints: Vec<_> = unprobed
            .iter()
            .filter(|(position, _)| *position == number)
            .map(|(_, endpoint)| endpoint)
            .collect();
        if !endpoints.is_empty() && leave_out.has_reason() {
            for endpoint in endpoints {
                report
                    .left_out
                    .add_endpoint(endpoint, leave_out.reason.as_str());
            }
            continue;
        }
        match leave_out.positions(&named) {
            Ok(positions) => {
                left_out.extend(positions.into_iter().map(|position| (position, leave_out)));
            }
            Err(problem) => report.problems.push(problem),
        }
    }
    for (position, (endpoint, route)) in endpoints.iter().zip(&routes).enumerate() {
        let place = Place { endpoint, route };
        if let Some(leave_out) = left_out.get(&position) {
            report.left_out.add(&place, leave_out.reason.as_str());
            continue;
        }
        let test = EndpointTest {
            client: &client,
            values: &options.values,
            claims: &options.claims,
            place,
        };
        test.run(&mut report).await?;
    }
    report.requests = client.requests.get();
    if report.guarded == 0 {
        let problem = "no guarded endpoint was tested: pass the function that registers the guarded \
                       routes, and do not leave out all of them";
        report.problems.push(problem.to_owned());
    }
    Ok(report)
}

/// Returns the policies of all guards.
fn policies(routes: &[Route]) -> Vec<&Policy> {
    let guards = routes.iter().flat_map(|route| match &route.access {
        Access::Guarded(guards) => guards.as_slice(),
        Access::Public { .. } | Access::Unguarded => &[],
    });
    guards.map(|guard| &guard.policy).collect()
}
