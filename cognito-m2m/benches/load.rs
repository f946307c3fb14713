//! A guarded handler beside the same handler bare, under load, with the same request bytes to
//! both: the token goes to the bare one too. And the guarded one once more with client
//! activity noted, which a request should not feel.
//!
//! `cargo bench -p cognito-m2m --features testing --bench load` needs `wrk` and Linux. Rounds are
//! interleaved, so that what else the machine does hits both; medians are printed. It ends by
//! itself after three dozen rounds of two seconds, and talks to loopback only.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::{Arc, mpsc};
use std::{fs, thread};

use actix_web::{App, HttpServer, rt, web};
use cognito_m2m::activity::{ActivityStore, ClientActivity, StoreFuture};
use cognito_m2m::testing::LocalCognito;
use cognito_m2m::{CognitoAuth, require_scopes};

const ROUNDS: usize = 12;

async fn bare() -> &'static str {
    "ok"
}

#[require_scopes("widgets/read")]
async fn guarded() -> &'static str {
    "ok"
}

/// One run of `wrk`.
struct Round {
    requests_per_second: f64,
    cpu_ticks_per_request: f64,
    p99: String,
}

fn main() {
    // `cargo test --benches` asks whether it starts, and not how fast it is.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    if Command::new("wrk").arg("--version").output().is_err() {
        println!("load: left out, there is no `wrk` here");
        return;
    }
    let cognito = LocalCognito::start().expect("a local Cognito");
    let auth = CognitoAuth::new(cognito.settings()).expect("sound settings");
    let tracking = CognitoAuth::builder()
        .settings(cognito.settings().track_client_activity(true))
        .activity_store(Forgetful)
        .build()
        .expect("sound settings");
    for auth in [&auth, &tracking] {
        rt::System::new().block_on(auth.prefetch()).expect("keys");
    }
    let token = cognito
        .token("reporting")
        .scopes(["widgets/read", "widgets/write"])
        .sign();

    let guarded = |config: &mut web::ServiceConfig| {
        config.route("/", web::get().to(guarded));
    };
    let bare = |config: &mut web::ServiceConfig| {
        config.route("/", web::get().to(bare));
    };
    let servers = [
        serve(bare, None),
        serve(guarded, Some(auth)),
        serve(guarded, Some(tracking)),
    ];
    let mut rounds = [const { Vec::new() }; 3];
    for _ in 0..ROUNDS {
        for (server, rounds) in servers.iter().zip(&mut rounds) {
            rounds.push(run(*server, &token));
        }
    }
    let [bare, guarded, tracking] = rounds;
    let bare = summary("bare", &bare);
    let guarded = summary("guarded", &guarded);
    let tracking = summary("guarded, with activity", &tracking);
    println!(
        "throughput: guarded is {:.1} % of bare (goal: at least 97)",
        100.0 * guarded.0 / bare.0
    );
    println!(
        "CPU per request: guarded is {:.3} of bare (goal: at most 1.03)",
        guarded.1 / bare.1
    );
    println!(
        "with activity noted: {:.1} % and {:.3} of bare (goals: 96 and 1.04)",
        100.0 * tracking.0 / bare.0,
        tracking.1 / bare.1
    );
}

/// What a store costs is no part of a request.
struct Forgetful;

impl ActivityStore for Forgetful {
    fn check(&mut self) -> StoreFuture<'_> {
        Box::pin(async { Ok(()) })
    }

    fn write(&mut self, _: Arc<[ClientActivity]>) -> StoreFuture<'_> {
        Box::pin(async { Ok(()) })
    }
}

fn serve(
    routes: impl Fn(&mut web::ServiceConfig) + Clone + Send + 'static,
    auth: Option<CognitoAuth>,
) -> SocketAddr {
    let (sender, started) = mpsc::channel();
    thread::spawn(move || {
        rt::System::new().block_on(async move {
            let server = match auth {
                Some(auth) => {
                    let app = move || App::new().wrap(auth.clone()).configure(routes.clone());
                    let server = HttpServer::new(app).workers(1).disable_signals();
                    let server = server.bind("127.0.0.1:0").expect("a free port");
                    sender.send(server.addrs()[0]).expect("somebody waits");
                    server.run()
                }
                None => {
                    let app = move || App::new().configure(routes.clone());
                    let server = HttpServer::new(app).workers(1).disable_signals();
                    let server = server.bind("127.0.0.1:0").expect("a free port");
                    sender.send(server.addrs()[0]).expect("somebody waits");
                    server.run()
                }
            };
            server.await.expect("the server ends with the process");
        });
    });
    started.recv().expect("the server starts")
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
    let after = |mark: &str| {
        let (_, rest) = text.split_once(mark)?;
        rest.split_whitespace().next().map(str::to_owned)
    };
    let requests_per_second = after("Requests/sec:")
        .and_then(|text| text.parse().ok())
        .expect("a figure");
    let (total, _) = text.split_once(" requests in").expect("a count");
    let total: f64 = total
        .split_whitespace()
        .next_back()
        .and_then(|text| text.parse().ok())
        .expect("a number");
    Round {
        requests_per_second,
        cpu_ticks_per_request: (cpu_ticks() - before) / total,
        p99: after("99%").expect("a percentile"),
    }
}

/// User and system time of this process: fields 14 and 15 of `proc(5)`.
fn cpu_ticks() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux");
    let (_, fields) = stat.rsplit_once(") ").expect("a name in parentheses");
    let fields: Vec<f64> = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|text| text.parse().ok())
        .collect();
    fields.iter().sum()
}

fn summary(name: &str, rounds: &[Round]) -> (f64, f64) {
    let throughput = median(rounds.iter().map(|round| round.requests_per_second));
    let cpu = median(rounds.iter().map(|round| round.cpu_ticks_per_request));
    let p99: Vec<_> = rounds.iter().map(|round| round.p99.as_str()).collect();
    println!("{name}: {throughput:.0} requests/s, p99 {}", p99.join(" "));
    (throughput, cpu)
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
