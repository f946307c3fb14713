//! The start of an app that is linked with rehearsed rules.

use std::collections::BTreeSet;

use cognito_m2m::policy::{Layer, guarded_handlers};
use cognito_m2m::settings::SettingFault;
use cognito_m2m::testing::LocalCognito;
use cognito_m2m::{BuildError, CognitoAuth, Settings};
use cognito_m2m_tests::CapturedLog;

fn rehearsed() -> Vec<&'static Layer> {
    let rehearsed = guarded_handlers().filter(|layer| layer.report_only);
    rehearsed.collect()
}

/// Returns the settings of a local Cognito, which is not needed after the start.
fn settings() -> Settings {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    cognito.settings().client_group("reporting", ["analyst"])
}

#[test]
fn list_of_guarded_handlers_shows_which_rules_are_rehearsed() {
    let rules = |module: &str| -> Vec<_> {
        let prefix = format!("rehearsal::rules::{module}::");
        let mut layers: Vec<_> = guarded_handlers()
            .filter_map(|layer| Some((layer.handler.strip_prefix(&prefix)?, layer)))
            .collect();
        layers.sort_by_key(|(handler, layer)| (*handler, format!("{:?}", layer.policy)));
        layers
    };
    let (enforced, rehearsed) = (rules("enforced"), rules("rehearsed"));
    assert_eq!(enforced.len(), 22);
    assert_eq!(enforced.len(), rehearsed.len());
    for ((name, enforced), (other_name, rehearsed)) in enforced.iter().zip(&rehearsed) {
        assert_eq!(name, other_name);
        assert_eq!(enforced.policy, rehearsed.policy, "{name}");
        assert!(!enforced.report_only && rehearsed.report_only, "{name}");
    }
}

#[actix_web::test]
async fn start_warns_about_each_rehearsed_rule_once() {
    let Some(log) = CapturedLog::alone(start_warns_about_each_rehearsed_rule_once) else {
        return;
    };
    let _auth = CognitoAuth::new(settings()).expect("the settings are valid");
    let warnings = log.lines_with("an attribute has danger_report_only");
    assert_eq!(warnings.len(), rehearsed().len());
    for Layer {
        handler,
        file,
        line,
        ..
    } in rehearsed()
    {
        let place = format!("handler=\"{handler}\" file=\"{file}\" line={line}");
        let is_named = |warning: &&String| warning.ends_with(&place);
        assert!(warnings.iter().any(|line| is_named(&line)), "{place}");
    }
    assert!(warnings.iter().all(|line| line.contains(" WARN ")));
    let ready = log.lines_with("cognito-m2m is ready");
    assert!(ready[0].contains(" deny_report_only=false "), "{ready:?}");
}

#[test]
fn deny_report_only_fails_the_start_with_each_rehearsed_rule() {
    let json = serde_json::json!({ "deny_report_only": true, "leeway": "two minutes" });
    let from_serde: Settings = serde_json::from_value(json).expect("the settings are read");
    for (settings, other_faults) in [
        (settings().deny_report_only(true), 0),
        // The pool is missing, the leeway is no duration, and the group is undefined.
        (from_serde, 3),
    ] {
        let Err(BuildError::Settings(error)) = CognitoAuth::new(settings) else {
            panic!("the rehearsed rules are faults");
        };
        let faults = error.faults().iter();
        let faults = faults.filter(|fault| fault.setting() == "deny_report_only");
        let problems: Vec<_> = faults.map(SettingFault::problem).collect();
        assert_eq!(problems.len(), rehearsed().len());
        for Layer {
            handler,
            file,
            line,
            ..
        } in rehearsed()
        {
            let place =
                format!("{handler} has an attribute with `danger_report_only` at {file}:{line}:");
            assert!(
                problems.iter().any(|problem| problem.contains(&place)),
                "{place}"
            );
        }
        let others = error.faults().iter().map(SettingFault::setting);
        let others: BTreeSet<_> = others.filter(|name| *name != "deny_report_only").collect();
        assert!(others.len() >= other_faults, "{others:?}");
        let names_enforced = |problem: &&str| problem.contains("rules::enforced");
        assert!(!problems.iter().any(names_enforced), "{problems:?}");
    }
}

#[test]
fn undefined_group_of_a_rehearsed_rule_fails_the_start() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let error = CognitoAuth::new(cognito.settings()).expect_err("the group is undefined");
    let message = error.to_string();
    for part in [
        "client_groups.reporting",
        "rules::rehearsed::group",
        "rules::enforced::group",
    ] {
        assert!(message.contains(part), "{part} in {message}");
    }
}
