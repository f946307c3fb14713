//! Real processes that share their tokens in a folder, on one clock that the test advances.

use std::env;
use std::fs;
use std::future::Future;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cognito_m2m::client::{FileTokenStore, TokenClient, TokenStore as _};
use cognito_m2m::testing::{Endpoint, Fault, LocalCognito};
use cognito_m2m::time::{Clock, SystemClock};
use cognito_m2m_tests::{command_of, eventually};

use super::fixture::{PATIENCE, TemporaryFolder, builder_at, register, token};

const PROCESSES: usize = 20;

const LIFETIMES: u64 = 3;

/// The lifetime of a token, in seconds, and the number of steps in which it passes.
const LIFETIME: u64 = 1_000;
const STEPS: u64 = 20;

/// The environment variable that makes a process fetch tokens. It contains the folder of the store,
/// the file of the clock, and the token URL, separated by spaces.
const TASK_VARIABLE: &str = "TEST_SHARES_TOKENS";

/// A clock of all processes. A file contains the seconds since the Unix epoch.
#[derive(Clone)]
struct FileClock {
    file: PathBuf,
    begin: Duration,
}

impl FileClock {
    fn new(file: impl Into<PathBuf>) -> Self {
        let file = file.into();
        let begin = read(&file);
        Self { file, begin }
    }
}

fn read(file: &Path) -> Duration {
    let text = fs::read_to_string(file).expect("the file of the clock");
    Duration::from_secs(text.parse().expect("a number of seconds"))
}

fn set(file: &Path, time: Duration) {
    let temporary = file.with_extension("tmp");
    fs::write(&temporary, time.as_secs().to_string()).expect("the file is written");
    fs::rename(&temporary, file).expect("the file is renamed");
}

impl Clock for FileClock {
    fn wall(&self) -> Duration {
        read(&self.file)
    }

    fn monotonic(&self) -> Duration {
        // The origin differs between processes.
        read(&self.file).saturating_sub(self.begin)
    }

    fn sleep_until(&self, deadline: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let clock = self.clone();
        Box::pin(async move {
            let real = SystemClock::default();
            while clock.monotonic() < deadline {
                let pause = real.monotonic() + Duration::from_millis(20);
                real.sleep_until(pause).await;
            }
        })
    }
}

/// The pool, the clock and the folder of all processes.
struct World {
    cognito: LocalCognito,
    clock: TemporaryFolder,
    folder: TemporaryFolder,
}

impl World {
    fn start() -> Self {
        let clock = TemporaryFolder::new();
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        set(&clock.0, now.expect("the system time is after 1970"));
        let cognito = LocalCognito::builder()
            .clock(FileClock::new(&clock.0))
            .token_lifetime(Duration::from_secs(LIFETIME))
            .start()
            .expect("the local Cognito starts");
        register(&cognito, super::fixture::SECRET);
        Self {
            cognito,
            clock,
            folder: TemporaryFolder::new(),
        }
    }

    fn advance(&self, seconds: u64) {
        let now = read(&self.clock.0);
        set(&self.clock.0, now + Duration::from_secs(seconds));
    }

    fn process<T: Fn()>(&self, test: &T) -> Process {
        let mut command = command_of(test);
        let [folder, clock] = [&self.folder.0, &self.clock.0].map(|path| path.display());
        let task = format!("{folder} {clock} {}", self.cognito.token_url());
        command.env(TASK_VARIABLE, task);
        Process::start(command)
    }

    fn client(&self) -> TokenClient {
        client(&self.folder.0, &self.clock.0, &self.cognito.token_url())
    }
}

fn client(folder: &Path, clock: &Path, token_url: &str) -> TokenClient {
    let builder = builder_at(token_url).clock(FileClock::new(clock));
    let builder = builder.token_store(FileTokenStore::new(folder));
    builder.build().expect("the settings are valid")
}

/// Prints a token for each line of the input. Returns `false` in the process of the test itself.
async fn has_printed_tokens() -> bool {
    let Ok(task) = env::var(TASK_VARIABLE) else {
        return false;
    };
    let parts: Vec<_> = task.split(' ').collect();
    let client = client(Path::new(parts[0]), Path::new(parts[1]), parts[2]);
    println!("\nready");
    for _ in std::io::stdin().lock().lines().map_while(Result::ok) {
        println!("token {}", token(&client).await);
    }
    true
}

/// A process that prints a token on request. It is killed at the end of the test.
struct Process {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Process {
    fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the test program starts");
        Self {
            stdin: child.stdin.take().expect("a pipe to the process"),
            stdout: BufReader::new(child.stdout.take().expect("a pipe from the process")),
            child,
        }
    }

    fn wait_until_ready(&mut self) {
        while self.line() != "ready" {}
    }

    fn ask(&mut self) {
        self.stdin.write_all(b"\n").expect("the process runs");
    }

    fn token(&mut self) -> String {
        let line = self.line();
        let token = line.strip_prefix("token ");
        token.expect("the process prints a token").to_owned()
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        let length = self.stdout.read_line(&mut line).expect("a line in UTF-8");
        assert_ne!(length, 0, "the process has ended");
        line.trim_end().to_owned()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail if the process has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks all processes at the same time, and returns their tokens.
fn tokens(processes: &mut [Process]) -> Vec<String> {
    processes.iter_mut().for_each(Process::ask);
    processes.iter_mut().map(Process::token).collect()
}

#[actix_web::test]
async fn twenty_processes_make_at_most_two_requests_per_lifetime() {
    if has_printed_tokens().await {
        return;
    }
    let world = World::start();
    let test = twenty_processes_make_at_most_two_requests_per_lifetime;
    let mut processes: Vec<_> = (0..PROCESSES).map(|_| world.process(&test)).collect();
    processes.iter_mut().for_each(Process::wait_until_ready);
    let mut before = 0;
    for lifetime in 1..=LIFETIMES {
        for _ in 0..STEPS {
            let mut tokens = tokens(&mut processes);
            tokens.sort_unstable();
            tokens.dedup();
            assert!(tokens.len() <= 2, "{} tokens are in use", tokens.len());
            world.advance(LIFETIME / STEPS);
        }
        let requests = world.cognito.token_requests();
        println!("lifetime {lifetime}: {} requests", requests - before);
        assert!(requests - before <= 2, "{requests} after {lifetime}");
        before = requests;
    }
    assert!(before > LIFETIMES / 2, "tokens were renewed");
}

#[actix_web::test]
async fn twenty_processes_work_without_the_store() {
    if has_printed_tokens().await {
        return;
    }
    let world = World::start();
    fs::write(&world.folder.0, "a file in place of the folder").expect("a file");
    let test = twenty_processes_work_without_the_store;
    let mut processes: Vec<_> = (0..PROCESSES).map(|_| world.process(&test)).collect();
    processes.iter_mut().for_each(Process::wait_until_ready);
    let first = tokens(&mut processes);
    assert_eq!(world.cognito.token_requests(), PROCESSES as u64);
    // With the folder, they share the next token.
    fs::remove_file(&world.folder.0).expect("the file is removed");
    world.advance(LIFETIME);
    let mut second = tokens(&mut processes);
    assert!(second.iter().all(|token| !first.contains(token)));
    second.dedup();
    assert_eq!(second.len(), 1);
    assert_eq!(world.cognito.token_requests(), PROCESSES as u64 + 1);
    // Deleted while they run, they share the one after that.
    fs::remove_dir_all(&world.folder.0).expect("the folder is removed");
    world.advance(LIFETIME);
    let mut third = tokens(&mut processes);
    third.dedup();
    assert_eq!(third.len(), 1);
}

#[actix_web::test]
async fn lease_of_a_killed_process_ends() {
    if has_printed_tokens().await {
        return;
    }
    let world = World::start();
    let mut process = world.process(&lease_of_a_killed_process_ends);
    process.wait_until_ready();
    world.cognito.set_fault(Endpoint::Token, Some(Fault::Hang));
    process.ask();
    eventually("the process requests a token", || {
        world.cognito.token_requests() == 1
    })
    .await;
    world.cognito.set_fault(Endpoint::Token, None);
    let lease = world.folder.files(".lease").pop().expect("a lease");
    let key = lease.file_stem().and_then(|key| key.to_str());
    let store = world.folder.store();
    let is_free = async || {
        let lease = store.lease(key.expect("a key in UTF-8"), PATIENCE * 10);
        lease.await.expect("a store").is_some()
    };
    assert!(!is_free().await, "the process has the lease");
    drop(process);
    assert!(is_free().await, "the process has ended");
    token(&world.client()).await;
    assert_eq!(world.cognito.token_requests(), 2);
}
