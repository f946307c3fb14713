use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;

use super::Failure;
use super::counters::Counters;
use super::fleet::Fleet;
use super::machine::ProcessorTimes;
use super::server::Server;

/// The time between two looks at the sessions.
const SAMPLE_INTERVAL: Duration = Duration::from_millis(100);

/// What happened in a window of time.
pub(crate) struct Measurement {
    pub(crate) length: Duration,
    pub(crate) counters: Counters,
    pub(crate) requests: u64,
    pub(crate) timeouts: u64,
    pub(crate) failures: u64,
    pub(crate) max_sessions: u64,
    pub(crate) mean_waiting: f64,
    pub(crate) max_waiting: u64,
    /// The share of the machine, from 0 to 1.
    pub(crate) processors: f64,
    /// The part of it that the load program itself used.
    pub(crate) own_processors: f64,
}

/// Measures a window. `act` is called every 100 ms with the time since the begin of the window.
pub(crate) async fn measure<S: Server>(
    server: &mut S,
    fleet: &mut Fleet,
    length: Duration,
    mut act: impl FnMut(&mut Fleet, Duration) -> Result<(), Failure>,
) -> Result<Measurement, Failure> {
    let reported = |fleet: &Fleet| {
        let reported = fleet.reported();
        let counts = [&reported.requests, &reported.timeouts, &reported.failures];
        counts.map(|count| count.load(Ordering::Relaxed))
    };
    let earlier = reported(fleet);
    let earlier_own = fleet.processor_time();
    let earlier_processors = ProcessorTimes::now()?;
    let earlier_counters = server.counters().await?;
    let begin = Instant::now();
    let (mut samples, mut waiting, mut max_waiting, mut max_sessions) = (0_u64, 0_u64, 0, 0);
    while begin.elapsed() < length {
        act(fleet, begin.elapsed())?;
        let sessions = server.sessions().await?;
        samples += 1;
        waiting += sessions.waiting;
        max_waiting = sessions.waiting.max(max_waiting);
        max_sessions = sessions.all.max(max_sessions);
        sleep(SAMPLE_INTERVAL).await;
    }
    let counters = server.counters().await?.since(earlier_counters);
    let length = begin.elapsed();
    let processors = ProcessorTimes::now()?.share_since(earlier_processors);
    let own = fleet.processor_time().saturating_sub(earlier_own);
    let machine = length.as_secs_f64() * std::thread::available_parallelism()?.get() as f64;
    let now = reported(fleet);
    let [requests, timeouts, failures] = [0, 1, 2].map(|it| now[it].saturating_sub(earlier[it]));
    Ok(Measurement {
        length,
        counters,
        requests,
        timeouts,
        failures,
        max_sessions,
        mean_waiting: waiting as f64 / samples.max(1) as f64,
        max_waiting,
        processors,
        own_processors: own.as_secs_f64() / machine,
    })
}
