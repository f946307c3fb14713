//! A claim equals a literal only if it has the same JSON type and the same value.

use super::handlers::routes;
use super::*;

async fn assert_only(path: &str, accepted: &[&str], refused: &[&str]) {
    let fixture = ApiFixture::start(routes).await;
    for claims in accepted {
        let answer = get_with(&fixture, path, claims).await;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (200, "ok"),
            "{path} {claims}"
        );
    }
    for claims in refused {
        let answer = get_with(&fixture, path, claims).await;
        assert_refused(&answer, &format!("{path} {claims}"));
    }
}

#[actix_web::test]
async fn string_claim_equals_exactly_that_string() {
    let refused = [
        "",
        r#""environment":"Prod""#,
        r#""environment":"prod ""#,
        r#""environment":" prod""#,
        r#""environment":"prod.""#,
        r#""environment":"prod/""#,
        r#""environment":"production""#,
        r#""environment":"prod\u0000""#,
        r#""environment":"pr\u00f6d""#,
        r#""environment":"\uff50rod""#,
        r#""environment":"""#,
        r#""environment":null"#,
        r#""environment":true"#,
        r#""environment":1"#,
        r#""environment":["prod"]"#,
        r#""environment":[]"#,
        r#""environment":{"prod":"prod"}"#,
        r#""environment":{"environment":"prod"}"#,
        r#""Environment":"prod""#,
        r#""environment ":"prod""#,
        r#""nested":{"environment":"prod"}"#,
        r#""environments":["prod"]"#,
    ];
    let accepted = [
        r#""environment":"prod""#,
        r#""environment":"\u0070rod""#,
        r#""environ\u006dent":"prod","other":[{"environment":"dev"}]"#,
    ];
    assert_only("/string", &accepted, &refused).await;
}

#[actix_web::test]
async fn claim_that_occurs_twice_makes_the_token_invalid() {
    let fixture = ApiFixture::start(routes).await;
    for claims in [
        r#""environment":"dev","environment":"prod""#,
        r#""environment":"prod","\u0065nvironment":"prod""#,
    ] {
        let answer = get_with(&fixture, "/string", claims).await;
        assert_eq!(answer.status, 401, "{claims}");
    }
}

#[actix_web::test]
async fn list_of_values_accepts_each_of_them() {
    let accepted = [
        r#""environment":"prod""#,
        r#""environment":"staging""#,
        r#""environment":7"#,
        r#""environment":false"#,
    ];
    let refused = [
        "",
        r#""environment":"dev""#,
        r#""environment":"7""#,
        r#""environment":"false""#,
        r#""environment":0"#,
        r#""environment":["prod","staging"]"#,
        r#""environment":"prod,staging""#,
        r#""environment":null"#,
    ];
    assert_only("/list", &accepted, &refused).await;
}

#[actix_web::test]
async fn boolean_claim_is_neither_text_nor_a_number() {
    let refused = [
        r#""internal":false"#,
        r#""internal":"true""#,
        r#""internal":1"#,
        r#""internal":[true]"#,
        r#""internal":null"#,
        r#""internal":{}"#,
        "",
    ];
    assert_only("/boolean", &[r#""internal":true"#], &refused).await;
}

#[actix_web::test]
async fn integer_claim_is_neither_text_nor_a_fraction() {
    let refused = [
        r#""level":4"#,
        r#""level":-3"#,
        r#""level":"3""#,
        r#""level":3.0"#,
        r#""level":3e0"#,
        r#""level":30e-1"#,
        r#""level":3.0000000000000001"#,
        r#""level":[3]"#,
        r#""level":true"#,
        r#""level":null"#,
        r#""level":18446744073709551619"#,
        r#""level":1e999"#,
        r#""level":-1e999"#,
        "",
    ];
    let accepted = [r#""level":3"#, r#""level": 3 "#];
    assert_only("/integer", &accepted, &refused).await;
    let refused = [
        r#""level":-0"#,
        r#""level":0.0"#,
        r#""level":-0.0"#,
        r#""level":0e0"#,
        r#""level":1e-400"#,
        r#""level":false"#,
        r#""level":null"#,
        r#""level":"""#,
        r#""level":[]"#,
        "",
    ];
    assert_only("/zero", &[r#""level":0"#], &refused).await;
}

#[actix_web::test]
async fn integers_are_compared_exactly_over_64_bits() {
    let refused = [
        r#""level":9007199254740992"#,
        r#""level":9007199254740994"#,
        r#""level":9007199254740993.0"#,
        r#""level":9.007199254740993e15"#,
    ];
    assert_only("/beyond-f64", &[r#""level":9007199254740993"#], &refused).await;
    let refused = [
        r#""level":-9223372036854775807"#,
        r#""level":-9223372036854775809"#,
        r#""level":9223372036854775808"#,
        r#""level":-9.223372036854775808e18"#,
    ];
    assert_only("/least", &[r#""level":-9223372036854775808"#], &refused).await;
    let refused = [
        r#""level":18446744073709551614"#,
        r#""level":18446744073709551616"#,
        r#""level":-1"#,
        r#""level":1.8446744073709551615e19"#,
        r#""level":36893488147419103231"#,
    ];
    assert_only("/greatest", &[r#""level":18446744073709551615"#], &refused).await;
}

#[actix_web::test]
async fn names_and_values_can_be_constants() {
    let accepted = [
        r#""environment":"staging","internal":true,"level":200"#,
        r#""environment":"staging","internal":true,"level":-9223372036854775808"#,
        r#""environment":"staging","internal":true,"level":18446744073709551615"#,
    ];
    let refused = [
        r#""environment":"prod","internal":true,"level":200"#,
        r#""environment":"staging","internal":false,"level":200"#,
        r#""environment":"staging","internal":true,"level":201"#,
        r#""environment":"staging","internal":true"#,
        r#""environment":"staging""#,
    ];
    assert_only("/constants", &accepted, &refused).await;
    let accepted = [r#""environment":"staging""#];
    assert_only(
        "/module-constants",
        &accepted,
        &[r#""environment":"prod""#, ""],
    )
    .await;
}

#[actix_web::test]
async fn name_with_a_dot_is_no_path_into_nested_claims() {
    let accepted = [r#""address.city":"Paris""#];
    let refused = [
        r#""address":{"city":"Paris"}"#,
        r#""address":"Paris","city":"Paris""#,
        r#""address.city":{"address.city":"Paris"}"#,
    ];
    assert_only("/dotted", &accepted, &refused).await;
}

#[actix_web::test]
async fn deeply_nested_claim_is_refused() {
    let nested = format!(
        r#""environment":{}{}"#,
        "[".repeat(2_000),
        "]".repeat(2_000)
    );
    let elsewhere = format!(
        r#"{},"environment":"prod""#,
        nested.replace("environment", "other")
    );
    assert_only("/string", &[&elsewhere], &[&nested]).await;
}

#[actix_web::test]
async fn all_claims_of_an_attribute_and_of_a_stack_must_match() {
    let accepted = [r#""environment":"prod","internal":true"#];
    let refused = [r#""environment":"prod""#, r#""internal":true"#, ""];
    assert_only("/stacked", &accepted, &refused).await;
}
