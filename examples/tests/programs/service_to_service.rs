//! `service_to_service`: one token request, whatever the number of calls.

use crate::program::run_service_to_service;

#[test]
fn two_hundred_calls_take_one_token_request() {
    let output = run_service_to_service();
    assert_eq!(output.status.code(), Some(0));
    let printed = String::from_utf8_lossy(&output.stdout);
    let expected = "100 of 100 visitors have an offer; token requests so far: 1";
    assert_eq!(printed.matches(expected).count(), 2, "{printed}");
}
