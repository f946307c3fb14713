use serde_json::{Value, json};

/// The texts in every text column, with the IDs of their rows.
pub(super) const TEXTS: [(&str, i32); 3] = [("reporting", 1), ("42", 2), ("straße", 3)];

/// The integer in every integer column, with the ID of its row.
pub(super) const INTEGER: (i32, i32) = (42, 2);

/// Claims that some database would treat as equal to `reporting`, `42` or `straße`.
pub(super) fn near_misses() -> Vec<Value> {
    let texts = [
        "Reporting",
        "REPORTING",
        "rePorting",
        "réporting",
        "reportïng",
        "reporting ",
        " reporting",
        "reporting  ",
        "reporting\t",
        "\treporting",
        "reporting\n",
        "\nreporting",
        "reporting\r\n",
        "reporting\0",
        "rep\0orting",
        "\0",
        "reporting\u{200b}",
        "\u{feff}reporting",
        "rep\u{ad}orting",
        "reporting\u{200d}",
        "reporting\u{2060}",
        "ｒｅｐｏｒｔｉｎｇ",
        "reportıng",
        "reporting\u{301}",
        "reporting\u{a0}",
        "reporting\u{3000}",
        "reporting%",
        "%",
        "_eporting",
        "report",
        "reporting\\",
        "strasse",
        "STRASSE",
        "straſſe",
        "STRAẞE",
        "",
        " ",
        " 42 ",
        "42 ",
        " 42",
        "4.2e1",
        "42e0",
        "+42",
        "042",
        "0042",
        "42abc",
        "42.0",
        "0x2a",
        "42\n",
        "42\0",
        "４２",
        "٤٢",
        "4２",
        "42;",
        "reporting🎉",
        "🎉",
    ];
    let others = [
        json!(null),
        json!(true),
        json!(false),
        json!(42.0),
        json!(4.2e1),
        json!(["reporting"]),
        json!([42]),
        json!({"reporting": 42}),
        json!({}),
        json!(1e300),
        json!(u64::MAX),
        json!(-42),
    ];
    texts.into_iter().map(Value::from).chain(others).collect()
}

/// A hundred texts that would change a statement into which they were interpolated.
pub(super) fn injections() -> Vec<Value> {
    let openings = [
        "",
        "reporting",
        "reporting'",
        "' OR '1'='1",
        "\\'",
        "\"",
        "`",
        "42",
        "42)",
        "%27",
    ];
    let endings = [
        "'; DROP TABLE users; --",
        "' OR 1=1 --",
        " OR 1=1",
        "'; DELETE FROM users; --",
        "' UNION SELECT 1, 'x', 1 --",
        "') OR ('a'='a",
        "'; UPDATE users SET legacy = 'x'; #",
        "$$; SELECT pg_sleep(0); $$",
        "' || (SELECT 'x') || '",
        "?, $1, :a",
    ];
    openings
        .iter()
        .flat_map(|opening| endings.map(|ending| Value::from(format!("{opening}{ending}"))))
        .collect()
}
