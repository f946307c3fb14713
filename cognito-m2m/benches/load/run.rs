use std::collections::BTreeMap;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use cognito_m2m::testing::LocalCognito;

use crate::arguments::Options;
use crate::cores::Cores;
use crate::databases::Databases;
use crate::generator::{Connections, Idle, Order};
use crate::measurement::Measurement;
use crate::process::Memory;
use crate::report::{Report, Results};
use crate::requests::{self, Load, Requests};
use crate::rivals;
use crate::scenarios::{Scenario, ServerKind};
use crate::server::Server;

/// The duration of the random requests before the first round.
const WARM_UP: Duration = Duration::from_millis(300);

/// A scenario with its server and its measurements.
struct Running {
    scenario: &'static Scenario,
    server: Server,
    requests: Requests,
    idle: Idle,
    rounds: Vec<Measurement>,
}

/// Runs the benchmark and prints its report.
pub(crate) fn run(options: &Options) -> ExitCode {
    let started_at = Instant::now();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("the runtime starts");
    let mut databases = runtime.block_on(Databases::create());
    // A panic ends the servers too, and must not leave the schema behind.
    let done = panic::catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(run_scenarios(options, &mut databases))
    }));
    runtime.block_on(databases.remove());
    let checked = done.unwrap_or_else(|cause| panic::resume_unwind(cause));
    println!("{} s in all.", started_at.elapsed().as_secs());
    match checked {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("FAILED: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Measures the scenarios and prints the report. Returns a message if a server has not done its work.
async fn run_scenarios(options: &Options, databases: &mut Databases) -> Result<(), String> {
    let cores = Cores::choose();
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let (scenarios, left_out) = divide(options, databases);
    for line in left_out {
        println!("{line}");
    }
    let loads = requests::prepare(&cognito, &scenarios);
    cores.move_generator();
    let start = |scenario| start(scenario, &cores, &cognito, databases, &loads);
    let mut running: Vec<Running> = scenarios.into_iter().map(start).collect();
    for it in &running {
        warm_up(it).await;
    }
    for round in 0..options.rounds {
        // The direction alternates, so that what changes steadily affects both sides of a comparison.
        if round % 2 == 0 {
            for it in &mut running {
                measure(it, options).await;
            }
        } else {
            for it in running.iter_mut().rev() {
                measure(it, options).await;
            }
        }
    }
    let results = running.iter().map(|it| Results {
        scenario: it.scenario,
        memory: Memory::of(it.server.pid()),
        rounds: it.rounds.clone(),
    });
    let results: Vec<_> = results.collect();
    println!("Cores: {cores}.");
    println!("{}", Report(&results));
    for it in &running {
        databases.check_activity(it.scenario).await?;
    }
    Ok(())
}

/// Divides the selected scenarios into those that can run, and messages about the others.
fn divide(options: &Options, databases: &Databases) -> (Vec<&'static Scenario>, Vec<String>) {
    let (mut can_run, mut left_out) = (Vec::new(), Vec::new());
    for scenario in &options.scenarios {
        let name = scenario.name;
        if !databases.has(scenario) {
            left_out.push(format!(
                "LEFT OUT: {name}: no PostgreSQL server on 127.0.0.1:5432"
            ));
        } else if matches!(scenario.kind, ServerKind::Rival(_)) && rivals::program().is_none() {
            let command = rivals::build_command();
            left_out.push(format!("LEFT OUT: {name}: run `{command}` first"));
        } else {
            can_run.push(*scenario);
        }
    }
    (can_run, left_out)
}

fn start(
    scenario: &'static Scenario,
    cores: &Cores,
    cognito: &LocalCognito,
    databases: &Databases,
    loads: &BTreeMap<Load, Requests>,
) -> Running {
    Running {
        scenario,
        server: Server::start(scenario, cores, cognito, databases),
        requests: loads[&scenario.load].clone(),
        idle: match cores {
            Cores::Separate { .. } => scenario.idle,
            Cores::Shared(_) => Idle::Sleep,
        },
        rounds: Vec::new(),
    }
}

/// Sends every request twice, because a worker keeps a token only when it sees it for the second time, and
/// then as many as in a short round.
async fn warm_up(running: &Running) {
    for order in [Order::EachOnce, Order::EachOnce, Order::Random(WARM_UP)] {
        let connections = Connections::open(running.server.address).await;
        let status = running.scenario.status;
        let (requests, idle) = (&running.requests, running.idle);
        connections.send(requests, order, status, idle).await;
    }
}

async fn measure(running: &mut Running, options: &Options) {
    let status = running.scenario.status;
    let (server, requests) = (&running.server, &running.requests);
    let measured = Measurement::take(server, requests, status, running.idle, options.duration);
    running.rounds.push(measured.await);
}
