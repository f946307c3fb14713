//! What the README and the guide list is what the code has.

use std::collections::BTreeSet;

use cognito_m2m_tests::{Source, sources, workspace_file};

#[test]
fn the_readme_lists_every_setting_with_its_variable_and_default() {
    let documented = settings_in_code();
    let rows = table(
        &workspace_file("cognito-m2m/src/guide/settings.md"),
        "<!-- settings -->",
    );
    let listed: Vec<_> = rows.iter().map(|row| plain(&row[0])).collect();
    let in_code: Vec<_> = documented.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(listed, in_code, "the settings, in the order of the code");
    for (row, (name, documentation)) in rows.iter().zip(&documented) {
        let variable = format!("COGNITO_M2M_{}", name.to_uppercase());
        assert_eq!(plain(&row[1]), variable);
        let default = plain(&row[2]);
        let is_documented = match default.as_str() {
            "required" => documentation.contains("Required"),
            "none" => {
                !documentation.contains("Default:") || documentation.contains("Default: none")
            }
            default => documentation.contains(&format!("Default: {default}")),
        };
        assert!(is_documented, "{name}: {default} against: {documentation}");
        assert!(!row[3].is_empty(), "{name} has no meaning");
    }
}

#[test]
fn readme_and_crate_list_every_feature() {
    let manifest = workspace_file("cognito-m2m/Cargo.toml");
    let (_, after) = manifest.split_once("[features]\n").expect("features");
    let section = after.split("\n[").next().unwrap_or_default();
    let names = section.lines().filter_map(|line| line.split_once(" = "));
    let features: BTreeSet<_> = names
        .map(|(name, _)| name.to_owned())
        .filter(|name| name != "default" && !name.starts_with('#'))
        .collect();
    let crate_page = workspace_file("cognito-m2m/src/lib.rs").replace("//! ", "");
    for (page, start) in [
        (workspace_file("README.md"), "<!-- features -->"),
        (crate_page, "# Features\n"),
    ] {
        let rows = table(&page, start);
        let listed: BTreeSet<_> = rows.iter().map(|row| plain(&row[0])).collect();
        assert_eq!(listed, features, "{start}");
    }
}

#[test]
fn the_guide_explains_every_reason_code() {
    let page = workspace_file("cognito-m2m/src/guide/why_a_401.md");
    let mut explained = BTreeSet::new();
    for (_, rest) in page.lines().filter_map(|line| line.split_once("| `")) {
        let (code, rest) = rest.split_once('`').expect("a closing quote");
        let cells = rest
            .trim_matches('|')
            .split(" | ")
            .filter(|cell| !cell.is_empty());
        if !rest.contains("the method, and") && code != "reason" && cells.count() > 1 {
            assert!(explained.insert(code.to_owned()), "{code} twice");
        }
    }
    assert_eq!(explained, reasons_in_code());
}

#[test]
fn every_public_item_is_shown_in_an_example() {
    let door = workspace_file("cognito-m2m/src/lib.rs");
    let mut missing = Vec::new();
    for file in sources("cognito-m2m/src").iter().map(Source::without_tests) {
        // What attributes expand to is hidden from users.
        let is_hidden = ["policy/constants.rs", "web/guard.rs"].contains(&file.path.as_str());
        if is_hidden || file.path.ends_with("mod.rs") {
            continue;
        }
        let items = public_items(&file).into_iter();
        // `web` is private: what the door does not name nobody can name.
        missing.extend(items.filter(|item| {
            let is_named =
                !file.path.starts_with("web/") || item.is_method || door.contains(&item.name);
            !item.is_shown && is_named
        }));
    }
    let lines: Vec<_> = missing.iter().map(|item| item.place.clone()).collect();
    assert!(
        lines.is_empty(),
        "show them in an example:\n{}",
        lines.join("\n")
    );
}

struct Item {
    name: String,
    is_method: bool,
    place: String,
    is_shown: bool,
}

/// Items of a file that others can name. A function of a type may be shown by the type's example,
/// or by a neighbour's; everything else has an example of its own.
fn public_items(file: &Source) -> Vec<Item> {
    let examples = examples_of(&file.text);
    let mut items = Vec::new();
    let mut documentation = String::new();
    let mut is_in_attribute = false;
    let mut is_in_macro = false;
    for (line, number) in file.text.lines().zip(1..) {
        let code = line.trim();
        if let Some(text) = code.strip_prefix("///") {
            documentation.push_str(text);
            documentation.push('\n');
            continue;
        }
        if code.starts_with("#[") || is_in_attribute {
            documentation.push_str(code);
            is_in_attribute = !code.ends_with(']');
            continue;
        }
        if line.starts_with("macro_rules!") {
            is_in_macro = true;
        }
        if let Some((kind, name)) = public_name(code).filter(|_| !is_in_macro) {
            let is_method = kind == "fn" && line.starts_with(' ');
            let called = [format!(".{name}("), format!("::{name}(")];
            let is_used = is_method && called.iter().any(|call| examples.contains(call));
            let is_own = documentation.contains("```") || documentation.contains("doc(hidden)");
            items.push(Item {
                name: name.to_owned(),
                is_method,
                place: format!("{}:{number}: {kind} {name}", file.path),
                is_shown: is_own || is_used,
            });
        }
        if line.starts_with('}') {
            is_in_macro = false;
        }
        documentation.clear();
    }
    items
}

fn public_name(code: &str) -> Option<(&str, &str)> {
    let mut rest = code.strip_prefix("pub ")?;
    for word in ["const ", "async "] {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    let (kind, rest) = rest.split_once(' ')?;
    let kinds = ["fn", "struct", "enum", "trait", "type"];
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    kinds.contains(&kind).then(|| (kind, &rest[..end]))
}

fn examples_of(text: &str) -> String {
    let comments = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("///"));
    let mut is_example = false;
    let mut examples = String::new();
    for line in comments {
        if line.trim_start().starts_with("```") {
            is_example = !is_example;
        } else if is_example {
            examples.push_str(line);
            examples.push('\n');
        }
    }
    examples
}

/// The settings with what is said of each, in the order of the code.
fn settings_in_code() -> Vec<(String, String)> {
    let code = workspace_file("cognito-m2m/src/settings/table.rs");
    let (_, after) = code.split_once("\nsettings! {\n").expect("the table");
    let (settings, _) = after.split_once("\n}\n").expect("the end of the table");
    let mut documentation = String::new();
    let mut found = Vec::new();
    for line in settings.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("///") {
            documentation.push_str(text.trim_end());
        } else if let Some((_, rest)) = line.split_once(' ') {
            let (name, _) = rest.split_once('(').expect("a setting");
            found.push((name.to_owned(), plain(&documentation)));
            documentation.clear();
        }
    }
    found
}

/// Every text that a function `reason` gives.
fn reasons_in_code() -> BTreeSet<String> {
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

/// The rows of the first table after `start`, without its head.
fn table(page: &str, start: &str) -> Vec<Vec<String>> {
    let (_, after) = page
        .split_once(start)
        .unwrap_or_else(|| panic!("no {start}"));
    let rows = after.lines().skip_while(|line| !line.starts_with('|'));
    let rows = rows.take_while(|line| line.starts_with('|')).skip(2);
    let cells = |row: &str| {
        let cells = row.trim_matches('|').split('|');
        cells.map(|cell| cell.trim().to_owned()).collect()
    };
    rows.map(cells).collect()
}

/// Without quotes of code, blanks at the ends, and double blanks.
fn plain(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ").replace('`', "")
}
