use std::future::pending;
use std::sync::atomic::AtomicU32;
use std::time::Instant;

use tokio::sync::oneshot;

use super::*;

/// A limit that no test reaches.
const LONG: Duration = Duration::from_secs(600);

/// Counts its drops.
struct CountDrops(Arc<AtomicU32>);

impl Drop for CountDrops {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Returns background tasks as a forked child process sees them, with another process ID and a finishing
/// task that never ends.
fn forked() -> Background {
    let mut background = Background::start(LONG).unwrap();
    background.spawn_until_stopped(|_| pending());
    background.process = Arc::new(OwnerProcess::parent());
    background
}

/// Returns the thread on which the tasks run.
fn thread_of(background: &Background) -> ThreadId {
    let (sender, receiver) = mpsc::channel();
    background.spawn(async move { sender.send(thread::current().id()).unwrap() });
    receiver.recv_timeout(LONG).unwrap()
}

#[tokio::test]
async fn nothing_waits_for_the_thread_after_a_fork() {
    let begin = Instant::now();
    let background = forked();
    background.stop(LONG).await;
    drop(background);
    assert!(begin.elapsed() < LONG / 2);
}

#[test]
fn tasks_are_dropped_after_a_fork() {
    let background = forked();
    let drops = Arc::new(AtomicU32::new(0));
    let task = CountDrops(Arc::clone(&drops));
    background.spawn(async move {
        let _task = task;
        pending::<()>().await;
    });
    assert_eq!(drops.load(Ordering::SeqCst), 1);
}

#[test]
fn owners_share_a_thread() {
    let (one, other) = (Background::start(LONG), Background::start(LONG));
    assert_eq!(thread_of(&one.unwrap()), thread_of(&other.unwrap()));
}

#[tokio::test]
async fn stop_ends_the_tasks_of_one_owner_only() {
    let (one, other) = (Background::start(LONG), Background::start(LONG));
    let (one, other) = (one.unwrap(), other.unwrap());
    let drops = Arc::new(AtomicU32::new(0));
    for background in [&one, &other] {
        let task = CountDrops(Arc::clone(&drops));
        background.spawn(async move {
            let _task = task;
            pending::<()>().await;
        });
    }
    one.stop(LONG).await;
    assert_eq!(drops.load(Ordering::SeqCst), 1);
    assert!(one.is_stopped() && !other.is_stopped());
    thread_of(&other);
}

#[test]
fn drop_ends_tasks_without_waiting_for_them() {
    let background = Background::start(LONG).unwrap();
    let (sender, receiver) = mpsc::channel::<()>();
    let (started, is_started) = mpsc::channel();
    background.spawn(async move {
        let _sender = sender;
        started.send(()).unwrap();
        pending::<()>().await;
    });
    is_started.recv_timeout(LONG).unwrap();
    // A task of another owner occupies the thread.
    let other = Background::start(LONG).unwrap();
    let (release, is_released) = mpsc::channel::<()>();
    let (occupied, is_occupied) = mpsc::channel();
    other.spawn(async move {
        occupied.send(()).unwrap();
        is_released.recv_timeout(LONG).unwrap();
    });
    is_occupied.recv_timeout(LONG).unwrap();
    drop(background);
    release.send(()).unwrap();
    let ended = receiver.recv_timeout(LONG);
    assert_eq!(ended, Err(mpsc::RecvTimeoutError::Disconnected));
}

#[test]
fn drop_waits_for_a_task_with_work_to_finish() {
    let background = Background::start(LONG).unwrap();
    let finished = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&finished);
    background.spawn_until_stopped(|mut stop| async move {
        let _ = stop.wait_for(|stop| *stop).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        count.fetch_add(1, Ordering::SeqCst);
    });
    drop(background);
    assert_eq!(finished.load(Ordering::SeqCst), 1);
}

#[test]
fn drop_waits_no_longer_than_the_shutdown_timeout() {
    let begin = Instant::now();
    let background = Background::start(Duration::from_millis(50)).unwrap();
    background.spawn_until_stopped(|_| pending());
    drop(background);
    assert!(begin.elapsed() < LONG / 2);
}

#[test]
fn panic_of_a_task_ends_no_other_task() {
    let background = Background::start(LONG).unwrap();
    let thread = thread_of(&background);
    let (sender, receiver) = oneshot::channel::<()>();
    let (report, reported) = mpsc::channel();
    background.spawn(async move { report.send(receiver.await).unwrap() });
    background.spawn(async { panic!("a task of the test panics") });
    assert_eq!(thread_of(&background), thread);
    sender.send(()).unwrap();
    assert_eq!(reported.recv_timeout(LONG).unwrap(), Ok(()));
}

/// The thread can't wait for its own tasks. They complete after the drop.
#[test]
fn last_owner_can_be_dropped_on_the_thread_itself() {
    let background = Background::start(LONG).unwrap();
    let (finished, is_finished) = mpsc::channel();
    background.spawn_until_stopped(|mut stop| async move {
        let _ = stop.wait_for(|stop| *stop).await;
        tokio::task::yield_now().await;
        finished.send(()).unwrap();
    });
    let (sender, receiver) = oneshot::channel::<Background>();
    background.spawn(async move { drop(receiver.await) });
    sender.send(background).unwrap();
    is_finished.recv_timeout(LONG / 2).unwrap();
}

/// Whatever thread an owner gets, its tasks run, also if the last other owner is dropped at that moment.
#[test]
fn owner_that_starts_while_the_last_one_ends_has_a_running_thread() {
    let threads: Vec<_> = (0..8)
        .map(|_| {
            thread::spawn(|| {
                for _ in 0..200 {
                    let background = Background::start(LONG).unwrap();
                    thread_of(&background);
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|it| it.join().unwrap());
}
