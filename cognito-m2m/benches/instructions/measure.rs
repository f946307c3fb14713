use std::hint::black_box;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// The pattern for `--toggle-collect` that matches [`collect_instructions`] only.
pub(crate) const COLLECTING_FUNCTION: &str = "*collect_instructions*";

/// The number of operations before the first one that is counted. They fill caches and pools.
const WARM_UP: u32 = 5;

/// Runs `operation` on each prepared value, and lets callgrind count the instructions of the
/// operation alone, including the drop of the value.
///
/// # Panics
///
/// Panics if the operation returns `false`, which means that it has not done what the case counts.
pub(crate) fn measure<T>(
    iterations: u32,
    mut prepare: impl FnMut() -> T,
    mut operation: impl FnMut(T) -> bool,
) {
    for round in 0..WARM_UP.saturating_add(iterations) {
        let mut value = Some(prepare());
        let mut run = || value.take().is_some_and(&mut operation);
        let is_expected = if round < WARM_UP {
            run()
        } else {
            collect_instructions(&mut run)
        };
        assert!(is_expected, "the operation had an unexpected outcome");
    }
}

/// Callgrind counts from the start of this function until it returns, on its thread.
// It is neither inlined nor generic, so it is one symbol. `black_box` prevents a tail call, after which
// the function would no longer be on the stack.
#[inline(never)]
fn collect_instructions(operation: &mut dyn FnMut() -> bool) -> bool {
    black_box(operation())
}

/// Returns the output of a future that does not wait.
///
/// # Panics
///
/// Panics if the future waits.
pub(crate) fn ready<F: Future>(future: F) -> F::Output {
    ready_pinned(pin!(future))
}

/// Returns the output of a pinned future that does not wait.
///
/// # Panics
///
/// Panics if the future waits.
pub(crate) fn ready_pinned<F: Future + ?Sized>(future: Pin<&mut F>) -> F::Output {
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the measured operation waits"),
    }
}
