//! Without configuration: the printed lines do what they say.

use std::process::Command;

use crate::program::Widgets;

/// What stands between the first line, the address, and the last.
fn printed(widgets: &mut Widgets) -> Vec<String> {
    widgets.printed_until(|line| line.starts_with("# Ctrl-C"))
}

/// The status in its comment, and the `curl` line under it.
fn trials(printed: &[String]) -> Vec<(&str, &str)> {
    printed
        .windows(2)
        .filter_map(|pair| match pair {
            [comment, line] if line.starts_with("curl ") => {
                let (status, _) = comment.strip_prefix("# ")?.split_once(':')?;
                Some((status, line.as_str()))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn every_printed_curl_line_is_answered_as_its_comment_says() {
    if Command::new("curl").arg("--version").output().is_err() {
        println!("left out: there is no `curl` here");
        return;
    }
    let mut widgets = Widgets::start(&[]);
    let printed = printed(&mut widgets);
    let trials = trials(&printed);
    let all = printed
        .iter()
        .filter(|line| line.starts_with("curl "))
        .count();
    assert_eq!(trials.len(), all, "each line has a comment above it");
    for (expected, line) in &trials {
        let script = format!("{line} -s -o /dev/null -w '%{{http_code}}'");
        let answered = Command::new("sh")
            .args(["-c", &script])
            .output()
            .expect("there is `sh`");
        assert_eq!(
            String::from_utf8_lossy(&answered.stdout),
            *expected,
            "{line}"
        );
    }
    for status in ["200", "201", "401", "403"] {
        assert!(
            trials.iter().any(|(shown, _)| *shown == status),
            "{status} is shown"
        );
    }
}

#[test]
fn with_a_pool_no_token_is_printed_and_no_local_cognito_believed() {
    let mut local = Widgets::start(&[]);
    let printed = printed(&mut local);
    let token = printed.iter().find_map(|line| {
        let (_, rest) = line.split_once("Authorization: Bearer ")?;
        rest.split('"').next()
    });
    assert!(token.is_some_and(|token| token.len() > 100), "a live token");

    let cognito = crate::routes::cognito();
    let widgets = Widgets::with_pool(&cognito);
    assert_eq!(widgets.send("GET", "/widgets", token).status, 401);
}

#[test]
fn other_settings_hold_with_the_local_cognito_too() {
    let widgets = Widgets::start(&[("COGNITO_M2M_REALM", "gears")]);
    let refused = widgets.send("GET", "/widgets", None);
    assert_eq!(
        refused.header("WWW-Authenticate"),
        Some(r#"Bearer realm="gears""#)
    );
}
