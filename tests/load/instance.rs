//! A process whose `CognitoAuth`s record activity until its input ends. Its output is read by
//! [`Fleet`](super::fleet::Fleet).

use std::fs;
use std::io::{Read, Write, stdin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use actix_web::HttpResponse;
use actix_web::dev::{Service, ServiceRequest, Transform, fn_service};
use actix_web::rt::time::sleep;
use actix_web::test::TestRequest;
use cognito_m2m::activity::{MysqlActivity, PostgresActivity};
use cognito_m2m::{BuildError, CognitoAuth, Settings};

use super::Failure;

/// The first argument of such a process.
pub(crate) const ROLE: &str = "instance";

/// The lines that a process writes.
pub(crate) const READY: &str = "ready";
pub(crate) const TIMEOUT: &str = "timeout";
pub(crate) const FAILURE: &str = "failure ";
pub(crate) const REQUESTS: &str = "requests ";

/// The number of parts of a second. In each, a part of the clients is active.
const TICKS: u32 = 10;

/// What a process does.
#[derive(Clone)]
pub(crate) struct InstanceTask {
    pub(crate) database_url: String,
    pub(crate) issuer: String,
    pub(crate) jwks_url: String,
    /// A file with the token of each client on a line.
    pub(crate) tokens: String,
    pub(crate) instances: u32,
    /// The setting `activity_precision` in seconds, or `None` for its default.
    pub(crate) precision: Option<u64>,
}

impl InstanceTask {
    pub(crate) fn to_arguments(&self) -> Vec<String> {
        let mut arguments = vec![
            ROLE.to_owned(),
            self.database_url.clone(),
            self.issuer.clone(),
            self.jwks_url.clone(),
            self.tokens.clone(),
            self.instances.to_string(),
        ];
        arguments.extend(self.precision.map(|it| it.to_string()));
        arguments
    }

    /// Parses the arguments after [`ROLE`].
    pub(crate) fn from_arguments(arguments: &[String]) -> Option<Self> {
        let [database_url, issuer, jwks_url, tokens, instances, rest @ ..] = arguments else {
            return None;
        };
        Some(Self {
            database_url: database_url.clone(),
            issuer: issuer.clone(),
            jwks_url: jwks_url.clone(),
            tokens: tokens.clone(),
            instances: instances.parse().ok()?,
            precision: rest.first().and_then(|it| it.parse().ok()),
        })
    }

    fn build(&self) -> Result<CognitoAuth, BuildError> {
        let mut settings = Settings::default()
            .issuer(&self.issuer)
            .jwks_url(&self.jwks_url)
            .track_client_activity(true);
        if let Some(precision) = self.precision {
            settings = settings.activity_precision(Duration::from_secs(precision));
        }
        let builder = CognitoAuth::builder().settings(settings);
        if self.database_url.starts_with("postgres:") {
            let store = PostgresActivity::new(&self.database_url);
            builder.activity_store(store).build()
        } else {
            let store = MysqlActivity::new(&self.database_url);
            builder.activity_store(store).build()
        }
    }
}

pub(crate) async fn run(task: InstanceTask) -> Result<(), Failure> {
    report_warnings();
    let headers: Vec<_> = fs::read_to_string(&task.tokens)?
        .lines()
        .map(|token| format!("Bearer {token}"))
        .collect();
    let mut instances = Vec::new();
    for _ in 0..task.instances {
        let auth = task.build()?;
        auth.prefetch().await?;
        instances.push(auth);
    }
    let is_stopped = stop_at_end_of_input();
    println!("{READY}");
    record(&instances, &headers, &is_stopped).await?;
    for auth in &instances {
        auth.shutdown().await;
    }
    Ok(())
}

/// Sends a request of each client to each instance, every second. The middleware wraps nothing but an
/// empty response, so that a request costs little.
async fn record(
    instances: &[CognitoAuth],
    headers: &[String],
    is_stopped: &AtomicBool,
) -> Result<(), Failure> {
    let mut services = Vec::new();
    for auth in instances {
        let respond = async |request: ServiceRequest| {
            Ok::<_, actix_web::Error>(request.into_response(HttpResponse::NoContent()))
        };
        let service = auth.new_transform(fn_service(respond)).await;
        services.push(service.map_err(|()| "the middleware does not start")?);
    }
    let part = headers.len().div_ceil(usize::try_from(TICKS)?).max(1);
    let tick = Duration::from_secs(1) / TICKS;
    let mut next = Instant::now() + tick.mul_f64(f64::from(std::process::id() % 100) / 100.0);
    loop {
        let mut requests = 0_usize;
        for part in headers
            .chunks(part)
            .map(Some)
            .chain([None; TICKS as usize])
            .take(TICKS as usize)
        {
            sleep(next.saturating_duration_since(Instant::now())).await;
            // A process that is late does not catch up.
            next = Instant::now().max(next) + tick;
            if is_stopped.load(Ordering::Relaxed) {
                return Ok(());
            }
            for header in part.into_iter().flatten() {
                for service in &services {
                    let request = TestRequest::get().insert_header(("Authorization", &**header));
                    let response = service.call(request.to_srv_request()).await;
                    let status = response.map_err(|error| error.to_string())?.status();
                    if !status.is_success() {
                        return Err(format!("the response has the status {status}").into());
                    }
                    requests += 1;
                }
            }
        }
        println!("{REQUESTS}{requests}");
    }
}

/// Returns a flag that is set when the parent process closes the input, or ends.
fn stop_at_end_of_input() -> Arc<AtomicBool> {
    let is_stopped = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&is_stopped);
    thread::spawn(move || {
        let _ = stdin().read_to_end(&mut Vec::new());
        flag.store(true, Ordering::Relaxed);
    });
    is_stopped
}

/// Writes a line for each warning about activity.
fn report_warnings() {
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::WARN)
        .with_ansi(false)
        .with_writer(|| WarningWriter)
        .init();
}

/// Receives each line of the log as a whole.
struct WarningWriter;

impl Write for WarningWriter {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        let is_timeout = ["did not answer", "timeout", "max_statement_time"];
        if is_timeout.iter().any(|part| text.contains(part)) {
            println!("{TIMEOUT}");
        } else if text.contains("activity") {
            println!("{FAILURE}{}", text.trim_end());
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
