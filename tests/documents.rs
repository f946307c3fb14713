//! Checks that the README and the guide list exactly the settings, features and reason codes that the
//! code has.

use std::collections::BTreeSet;

use cognito_m2m_tests::{files, sources, workspace_file};

#[test]
fn documentation_lists_every_setting_with_its_variable_and_default() {
    let settings = settings_in_code();
    let rows = rows_after("<!-- settings -->", &page_with("<!-- settings -->"));
    let listed: Vec<_> = rows.iter().map(|row| plain_text(&row[0])).collect();
    let in_code: Vec<_> = settings.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(
        listed, in_code,
        "the table lists the settings in the order of `settings/table.rs`"
    );
    for (row, (name, documentation)) in rows.iter().zip(&settings) {
        let variable = format!("COGNITO_M2M_{}", name.to_uppercase());
        assert_eq!(plain_text(&row[1]), variable);
        let default = plain_text(&row[2]);
        let is_documented = match default.as_str() {
            "required" => documentation.contains("Required"),
            "none" => {
                !documentation.contains("Default:") || documentation.contains("Default: none")
            }
            default => documentation.contains(&format!("Default: {default}")),
        };
        assert!(
            is_documented,
            "the table has the default {default} for `{name}`, but its doc comment is: {documentation}"
        );
        assert!(!row[3].is_empty(), "`{name}` has no description");
    }
}

#[test]
fn readme_and_crate_documentation_list_every_feature() {
    let manifest = workspace_file("cognito-m2m/Cargo.toml");
    let (_, after) = manifest
        .split_once("[features]\n")
        .expect("a section [features]");
    let section = after.split("\n[").next().unwrap_or_default();
    let names = section.lines().filter_map(|line| line.split_once(" = "));
    let features: BTreeSet<_> = names
        .map(|(name, _)| name.to_owned())
        .filter(|name| name != "default" && !name.starts_with('#'))
        .collect();
    let crate_page = workspace_file("cognito-m2m/src/lib.rs").replace("//! ", "");
    for (marker, page) in [
        ("<!-- features -->", page_with("<!-- features -->")),
        ("# Features\n", crate_page),
    ] {
        let rows = rows_after(marker, &page);
        let listed: BTreeSet<_> = rows.iter().map(|row| plain_text(&row[0])).collect();
        assert_eq!(listed, features, "the table below {marker}");
    }
}

#[test]
fn guide_explains_every_reason_code() {
    let page = workspace_file("cognito-m2m/src/guide/why_a_401.md");
    let mut explained = BTreeSet::new();
    for code in codes_in_tables(&page) {
        assert!(explained.insert(code.clone()), "{code} is explained twice");
    }
    assert_eq!(explained, reason_codes_in_code());
}

#[test]
fn guide_lists_every_text_of_a_refusal() {
    let responder = workspace_file("cognito-m2m/src/web/responder.rs");
    let code = responder.split("#[cfg(test)]").next().unwrap_or_default();
    // The texts are the string literals that end with a full stop.
    let in_code: BTreeSet<_> = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split('"').skip(1).step_by(2))
        .filter(|text| text.ends_with('.'))
        .collect();
    assert!(in_code.len() > 5, "{in_code:?}");
    let page = workspace_file("cognito-m2m/src/guide/answers.md");
    for text in in_code {
        assert!(page.contains(&format!("| `{text}` |")), "{text}");
    }
}

#[test]
fn guide_explains_every_warning_at_start_up() {
    let log = workspace_file("cognito-m2m/src/web/builder/startup_log.rs");
    let code = log.split("#[cfg(test)]").next().unwrap_or_default();
    // The warnings are the string literals that name a setting, a colon, and the consequence.
    let literals = code.lines().filter_map(|line| line.split('"').nth(1));
    let warnings: Vec<_> = literals.filter_map(|text| text.split_once(": ")).collect();
    assert!(warnings.len() > 5, "{warnings:?}");
    let page = workspace_file("cognito-m2m/src/guide/settings.md");
    for (warning, _) in warnings {
        assert!(page.contains(&format!("| `{warning}` |")), "{warning}");
    }
}

/// Returns the settings with their doc comments, in the order of the code.
pub(crate) fn settings_in_code() -> Vec<(String, String)> {
    let code = workspace_file("cognito-m2m/src/settings/table.rs");
    let (_, after) = code
        .split_once("\nsettings! {\n")
        .expect("the macro call `settings!`");
    let (settings, _) = after
        .split_once("\n}\n")
        .expect("the end of the macro call");
    let mut documentation = String::new();
    let mut found = Vec::new();
    for line in settings.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("///") {
            documentation.push_str(text.trim_end());
        } else if let Some((_, rest)) = line.split_once(' ') {
            let (name, _) = rest.split_once('(').expect("the name of a setting");
            found.push((name.to_owned(), plain_text(&documentation)));
            documentation.clear();
        }
    }
    found
}

/// Returns every text that a method `reason` returns.
fn reason_codes_in_code() -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for file in sources("cognito-m2m/src") {
        for function in file.text.split("pub fn reason(&self)").skip(1) {
            let body = function.split("\n    }\n").next().unwrap_or_default();
            let arms = body.lines().filter_map(|line| line.split_once("=> \""));
            codes.extend(arms.map(|(_, code)| code.trim_end_matches("\",").to_owned()));
        }
    }
    codes
}

/// Returns the first cell of every row of those tables whose first column is `code`.
fn codes_in_tables(page: &str) -> Vec<String> {
    let mut codes = Vec::new();
    let mut is_table_of_codes = false;
    for line in page.lines() {
        if line.starts_with("| code |") {
            is_table_of_codes = true;
        } else if !line.starts_with('|') {
            is_table_of_codes = false;
        } else if is_table_of_codes && !line.starts_with("| ---") {
            let cell = line.split('|').nth(1).unwrap_or_default();
            codes.push(plain_text(cell));
        }
    }
    codes
}

/// Returns the page with this marker: the README or a page of the guide.
fn page_with(marker: &str) -> String {
    let guide = files("cognito-m2m/src/guide", "md").into_iter();
    let pages = guide.map(|page| page.text);
    pages
        .chain([workspace_file("README.md")])
        .find(|page| page.contains(marker))
        .unwrap_or_else(|| panic!("neither the guide nor the README contains {marker}"))
}

/// Returns the rows of the first table after `marker`, without its header.
fn rows_after(marker: &str, page: &str) -> Vec<Vec<String>> {
    let (_, after) = page
        .split_once(marker)
        .unwrap_or_else(|| panic!("the page does not contain {marker}"));
    let rows = after.lines().skip_while(|line| !line.starts_with('|'));
    let rows = rows.take_while(|line| line.starts_with('|')).skip(2);
    let cells = |row: &str| {
        let cells = row.trim_matches('|').split('|');
        cells.map(|cell| cell.trim().to_owned()).collect()
    };
    rows.map(cells).collect()
}

/// Returns the text without backticks and with single spaces between words.
fn plain_text(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ").replace('`', "")
}
