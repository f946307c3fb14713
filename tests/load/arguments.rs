use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use super::Failure;

pub(crate) const USAGE: &str = "\
usage: activity_load [--<option> <value>]..

  --servers <list>               the servers, default: postgres,mariadb
  --processes <number>           default: 300
  --instances-per-process <n>    the number of `CognitoAuth`s in each process, default: 1
  --clients <number>             all are active on every instance, once a second, default: 200
  --seconds <number>             the length of a window with ordinary load, default: 60
  --deploy-seconds <number>      the time in which all processes are restarted, default: 60; 0: no deploy
  --warm-up-seconds <number>     default: 75, so that each row has become older than the default precision
  --max-connections <number>     of each server, default: 1000";

/// The maximum number of requests a second in all processes.
const MAX_REQUESTS: u32 = 100_000;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ServerKind {
    Postgres,
    MariaDb,
}

/// What to run. Every number has a limit, so that a run ends, and fits on one machine.
pub(crate) struct Arguments {
    pub(crate) servers: Vec<ServerKind>,
    pub(crate) processes: u32,
    pub(crate) instances_per_process: u32,
    pub(crate) clients: u32,
    pub(crate) window: Duration,
    pub(crate) deploy: Duration,
    pub(crate) warm_up: Duration,
    pub(crate) max_connections: u32,
}

impl Arguments {
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, Failure> {
        let mut parsed = Self {
            servers: vec![ServerKind::Postgres, ServerKind::MariaDb],
            processes: 300,
            instances_per_process: 1,
            clients: 200,
            window: Duration::from_secs(60),
            deploy: Duration::from_secs(60),
            warm_up: Duration::from_secs(75),
            max_connections: 1_000,
        };
        let mut arguments = arguments.iter();
        while let Some(name) = arguments.next() {
            let value = arguments
                .next()
                .ok_or_else(|| format!("{name} has no value\n\n{USAGE}"))?;
            let number = |limits| number(name, value, limits);
            let seconds = |limits| Ok::<_, Failure>(Duration::from_secs(number(limits)?.into()));
            match &**name {
                "--servers" => parsed.servers = servers(value)?,
                "--processes" => parsed.processes = number(1..=400)?,
                "--instances-per-process" => parsed.instances_per_process = number(1..=50)?,
                "--clients" => parsed.clients = number(1..=1_000)?,
                "--seconds" => parsed.window = seconds(1..=600)?,
                "--deploy-seconds" => parsed.deploy = seconds(0..=600)?,
                "--warm-up-seconds" => parsed.warm_up = seconds(0..=300)?,
                "--max-connections" => parsed.max_connections = number(10..=2_000)?,
                _ => return Err(format!("unknown option {name}\n\n{USAGE}").into()),
            }
        }
        if parsed.requests() > MAX_REQUESTS {
            let requests = parsed.requests();
            let error =
                format!("{requests} requests a second are more than the limit of {MAX_REQUESTS}");
            return Err(error.into());
        }
        Ok(parsed)
    }

    /// Returns the number of requests a second in all processes.
    pub(crate) fn requests(&self) -> u32 {
        self.processes * self.instances_per_process * self.clients
    }
}

impl fmt::Display for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} processes x {} instances x {} clients = {} requests a second; windows of {:?}, deploy in {:?}",
            self.processes,
            self.instances_per_process,
            self.clients,
            self.requests(),
            self.window,
            self.deploy
        )
    }
}

fn number(name: &str, value: &str, limits: RangeInclusive<u32>) -> Result<u32, Failure> {
    let number = value.parse().ok().filter(|it| limits.contains(it));
    let (first, last) = limits.into_inner();
    number.ok_or_else(|| format!("{name}: expected a number from {first} to {last}").into())
}

fn servers(list: &str) -> Result<Vec<ServerKind>, Failure> {
    let kind = |name| match name {
        "postgres" => Ok(ServerKind::Postgres),
        "mariadb" => Ok(ServerKind::MariaDb),
        _ => Err(format!("unknown server {name:?}").into()),
    };
    list.split(',').map(kind).collect()
}
