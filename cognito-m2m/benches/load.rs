//! The throughput and CPU time of a guarded handler, compared with the same handler unguarded.
//!
//! A third server guards the handler and also records client activity. All three get the same
//! requests, with a token. Rounds of two seconds alternate between the servers, so that other
//! programs on the machine affect all of them alike. The results are medians over the rounds.
//!
//! `cargo bench -p cognito-m2m --features testing --bench load` requires Linux and `wrk`.

use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::sync::Arc;
use std::{fs, thread};

use actix_web::{App, HttpServer, rt, web};
use cognito_m2m::activity::{ActivityStore, ClientActivity, StoreFuture};
use cognito_m2m::testing::LocalCognito;
use cognito_m2m::{CognitoAuth, require_scopes};

const ROUNDS: usize = 12;

async fn unguarded() -> &'static str {
    "ok"
}

#[require_scopes("widgets/read")]
async fn guarded() -> &'static str {
    "ok"
}

fn main() {
    // `cargo test --benches` only checks that the program starts.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    if Command::new("wrk").arg("--version").output().is_err() {
        println!("load: skipped, `wrk` is not installed");
        return;
    }
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let token = cognito
        .token("reporting")
        .scopes(["widgets/read", "widgets/write"])
        .sign();
    let servers = start_servers(&cognito);
    let mut rounds = [const { Vec::new() }; 3];
    for _ in 0..ROUNDS {
        for (server, rounds) in servers.iter().zip(&mut rounds) {
            rounds.push(run(*server, &token));
        }
    }
    let [unguarded, guarded, tracking] = rounds;
    let unguarded = summary("unguarded", &unguarded);
    let guarded = summary("guarded", &guarded).relative_to(&unguarded);
    let tracking = summary("guarded, with client activity", &tracking).relative_to(&unguarded);
    println!(
        "throughput: guarded is {:.1} % of unguarded (goal: at least 97 %)",
        100.0 * guarded.requests_per_second
    );
    println!(
        "CPU time per request: guarded is {:.3} of unguarded (goal: at most 1.03)",
        guarded.cpu_ticks_per_request
    );
    println!(
        "with client activity: {:.1} % of the throughput and {:.3} of the CPU time (goals: at least 96 %, at most 1.04)",
        100.0 * tracking.requests_per_second,
        tracking.cpu_ticks_per_request
    );
}

/// Starts the server without guards, the one with guards, and the one that also records activity.
fn start_servers(cognito: &LocalCognito) -> [SocketAddr; 3] {
    let auth = CognitoAuth::new(cognito.settings()).expect("the settings are valid");
    let tracking = CognitoAuth::builder()
        .settings(cognito.settings().track_client_activity(true))
        .activity_store(DiscardingStore)
        .build()
        .expect("the settings are valid");
    for auth in [&auth, &tracking] {
        rt::System::new()
            .block_on(auth.prefetch())
            .expect("the keys are fetched");
    }
    let guarded = |config: &mut web::ServiceConfig| {
        config.route("/", web::get().to(guarded));
    };
    let unguarded = |config: &mut web::ServiceConfig| {
        config.route("/", web::get().to(unguarded));
    };
    [
        serve(unguarded, None),
        serve(guarded, Some(auth)),
        serve(guarded, Some(tracking)),
    ]
}

/// A store that discards everything, since requests do not wait for the store.
struct DiscardingStore;

impl ActivityStore for DiscardingStore {
    fn check(&mut self) -> StoreFuture<'_> {
        Box::pin(async { Ok(()) })
    }

    fn write(&mut self, _: Arc<[ClientActivity]>) -> StoreFuture<'_> {
        Box::pin(async { Ok(()) })
    }
}

/// Starts a server with one worker on a thread, and returns its address. Connections wait in the
/// listener's queue until the server accepts them.
fn serve(
    routes: impl Fn(&mut web::ServiceConfig) + Clone + Send + 'static,
    auth: Option<CognitoAuth>,
) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("the listener is bound");
    thread::spawn(move || {
        rt::System::new().block_on(async move {
            let server = match auth {
                Some(auth) => {
                    let app = move || App::new().wrap(auth.clone()).configure(routes.clone());
                    let server = HttpServer::new(app).workers(1).disable_signals();
                    server.listen(listener).expect("the server starts").run()
                }
                None => {
                    let app = move || App::new().configure(routes.clone());
                    let server = HttpServer::new(app).workers(1).disable_signals();
                    server.listen(listener).expect("the server starts").run()
                }
            };
            server.await.expect("the server ends with the process");
        });
    });
    address
}

/// The results of one run of `wrk`.
struct Round {
    requests_per_second: f64,
    cpu_ticks_per_request: f64,
    p99: String,
}

fn run(address: SocketAddr, token: &str) -> Round {
    let before = cpu_ticks();
    let header = format!("Authorization: Bearer {token}");
    let url = format!("http://{address}/");
    let arguments = ["-t1", "-c32", "-d2s", "--latency", "-H", &header, &url];
    let output = Command::new("wrk")
        .args(arguments)
        .output()
        .expect("`wrk` runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!text.contains("Non-2xx"), "{text}");
    let word_after = |label: &str| {
        let (_, rest) = text.split_once(label)?;
        rest.split_whitespace().next().map(str::to_owned)
    };
    let requests_per_second = word_after("Requests/sec:")
        .and_then(|text| text.parse().ok())
        .expect("the throughput is a number");
    let (total, _) = text
        .split_once(" requests in")
        .expect("the number of requests is printed");
    let total: f64 = total
        .split_whitespace()
        .next_back()
        .and_then(|text| text.parse().ok())
        .expect("the number of requests is a number");
    Round {
        requests_per_second,
        cpu_ticks_per_request: (cpu_ticks() - before) / total,
        p99: word_after("99%").expect("the 99th percentile is printed"),
    }
}

/// Returns the user and system time of this process, which are fields 14 and 15 of
/// `/proc/self/stat` (`proc(5)`).
fn cpu_ticks() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("the system is Linux");
    let (_, fields) = stat
        .rsplit_once(") ")
        .expect("the process name is in parentheses");
    let fields: Vec<f64> = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|text| text.parse().ok())
        .collect();
    fields.iter().sum()
}

/// The medians of a server's rounds.
struct Medians {
    requests_per_second: f64,
    cpu_ticks_per_request: f64,
}

impl Medians {
    fn relative_to(&self, baseline: &Self) -> Self {
        Self {
            requests_per_second: self.requests_per_second / baseline.requests_per_second,
            cpu_ticks_per_request: self.cpu_ticks_per_request / baseline.cpu_ticks_per_request,
        }
    }
}

/// Prints the results of a server, and returns its medians.
fn summary(name: &str, rounds: &[Round]) -> Medians {
    let requests_per_second = median(rounds.iter().map(|round| round.requests_per_second));
    let p99: Vec<_> = rounds.iter().map(|round| round.p99.as_str()).collect();
    println!(
        "{name}: {requests_per_second:.0} requests/s, p99 {}",
        p99.join(" ")
    );
    Medians {
        requests_per_second,
        cpu_ticks_per_request: median(rounds.iter().map(|round| round.cpu_ticks_per_request)),
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
