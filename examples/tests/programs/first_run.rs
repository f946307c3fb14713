//! The first run of `widgets`, with a local Cognito and printed `curl` lines.

use std::{net::TcpListener, process::Command};

use crate::{
    program::{Widgets, run_widgets},
    user_pool::cognito,
};

const MAX_LINE_WIDTH: usize = 100;

/// Returns the printed lines after the address.
fn printed(widgets: &mut Widgets) -> Vec<String> {
    widgets
        .program
        .printed_until(|line| line.starts_with("# Ctrl-C"))
}

/// Returns the names and values of the printed shell variables, which hold tokens.
fn assignments(printed: &[String]) -> Vec<(&str, &str)> {
    printed
        .iter()
        .filter_map(|line| line.split_once('='))
        .filter(|(name, _)| name.chars().all(|letter| letter.is_ascii_uppercase()))
        .collect()
}

/// Returns each expected status with its command, whose continuation lines are joined.
fn trials(printed: &[String]) -> Vec<(String, String)> {
    let text = printed.join("\n").replace("\\\n", "");
    let lines: Vec<_> = text.lines().collect();
    lines
        .windows(2)
        .filter_map(|pair| match pair {
            [comment, command] if command.starts_with("curl ") => {
                let (status, _) = comment.strip_prefix("# ")?.split_once(':')?;
                Some((status.to_owned(), (*command).to_owned()))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn every_printed_curl_line_gets_the_status_of_its_comment() {
    if Command::new("curl").arg("--version").output().is_err() {
        println!("skipped: `curl` is not installed");
        return;
    }
    let mut widgets = Widgets::start(&[]);
    let printed = printed(&mut widgets);
    let tokens: String = assignments(&printed)
        .into_iter()
        .map(|(name, token)| format!("{name}={token}\n"))
        .collect();
    let trials = trials(&printed);
    let commands = printed.iter().filter(|line| line.starts_with("curl "));
    assert_eq!(trials.len(), commands.count(), "{printed:?}");
    for (expected, command) in &trials {
        let script = format!("{tokens}{command} -s -o /dev/null -w '%{{http_code}}'");
        let output = Command::new("sh").args(["-c", &script]).output();
        let output = output.expect("`sh` is installed");
        let status = String::from_utf8_lossy(&output.stdout);
        assert_eq!(status, *expected, "{command}");
    }
    for status in ["200", "201", "401", "403"] {
        let is_shown = trials.iter().any(|(shown, _)| shown == status);
        assert!(is_shown, "{status}");
    }
}

#[test]
fn lines_fit_a_terminal_except_those_with_tokens() {
    let mut widgets = Widgets::start(&[]);
    let printed = printed(&mut widgets);
    let tokens = assignments(&printed);
    assert_eq!(tokens.len(), 4, "{printed:?}");
    for line in &printed {
        let is_token = tokens.iter().any(|(_, token)| line.ends_with(token));
        assert!(is_token || line.len() <= MAX_LINE_WIDTH, "{line}");
    }
}

#[test]
fn with_a_pool_no_local_cognito_is_started_or_trusted() {
    let mut local = Widgets::start(&[]);
    let printed = printed(&mut local);
    let tokens = assignments(&printed);
    let (_, token) = tokens.first().expect("a valid token is printed");
    assert!(token.len() > 100, "{token}");
    assert_eq!(local.send("GET", "/widgets", Some(token)).status, 200);

    let cognito = cognito();
    let widgets = Widgets::with_pool(&cognito);
    assert_eq!(widgets.send("GET", "/widgets", Some(token)).status, 401);
}

#[test]
fn other_settings_apply_to_the_local_cognito_too() {
    let widgets = Widgets::start(&[("COGNITO_M2M_REALM", "gears")]);
    let refused = widgets.send("GET", "/widgets", None);
    assert_eq!(
        refused.header("WWW-Authenticate"),
        Some(r#"Bearer realm="gears""#)
    );
}

#[test]
fn start_of_a_first_run_logs_no_warning() {
    // The program ends after it has started, because the address is in use.
    let occupied = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = occupied.local_addr().expect("the listener has an address");
    let output = run_widgets(&[("WIDGETS_ADDR", &address.to_string())]);
    let log = String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
    assert!(log.contains("cognito-m2m is ready"), "{log}");
    assert!(!log.contains("WARN"), "{log}");
}
