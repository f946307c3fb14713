use std::time::{Duration, Instant};

use crate::generator::{Connections, Idle, Order};
use crate::process::CpuTime;
use crate::requests::Requests;
use crate::server::Server;

/// The results of one round. Times are in microseconds, CPU times are per request.
#[derive(Clone, Copy)]
pub(crate) struct Measurement {
    pub(crate) requests_per_second: f64,
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) user: f64,
    pub(crate) system: f64,
    /// The part of the round in which the server used its core.
    pub(crate) core: f64,
}

impl Measurement {
    /// Sends requests to a server for this time.
    pub(crate) async fn take(
        server: &Server,
        requests: &Requests,
        status: u16,
        idle: Idle,
        duration: Duration,
    ) -> Self {
        let connections = Connections::open(server.address).await;
        let before = CpuTime::of(server.pid());
        let start = Instant::now();
        let order = Order::Random(duration);
        let mut latencies = connections.send(requests, order, status, idle).await;
        let elapsed = start.elapsed().as_secs_f64();
        let used = CpuTime::of(server.pid()) - before;
        latencies.sort_unstable();
        let count = latencies.len() as f64;
        let percentile = |percent: usize| {
            let nanoseconds = latencies[(latencies.len() - 1) * percent / 100];
            f64::from(nanoseconds) / 1e3
        };
        let (user, system) = (used.user.as_secs_f64(), used.system.as_secs_f64());
        Self {
            requests_per_second: count / elapsed,
            p50: percentile(50),
            p99: percentile(99),
            user: 1e6 * user / count,
            system: 1e6 * system / count,
            core: (user + system) / elapsed,
        }
    }

    /// Returns the CPU time per request.
    pub(crate) fn cpu(&self) -> f64 {
        self.user + self.system
    }
}

/// The median of the values of all rounds, and their middle half.
#[derive(Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) lower: f64,
    pub(crate) median: f64,
    pub(crate) upper: f64,
    /// The standard error of the median, if the values are distributed normally.
    pub(crate) error: f64,
}

impl Spread {
    pub(crate) fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.collect();
        values.sort_by(f64::total_cmp);
        let quantile = |part: f64| {
            let position = part * (values.len() - 1) as f64;
            let (below, above) = (position.floor(), position.ceil());
            let (below_value, above_value) = (values[below as usize], values[above as usize]);
            below_value + (above_value - below_value) * (position - below)
        };
        let (lower, upper) = (quantile(0.25), quantile(0.75));
        Self {
            lower,
            median: quantile(0.5),
            upper,
            error: 0.93 * (upper - lower) / (values.len() as f64).sqrt(),
        }
    }
}
