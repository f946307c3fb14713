//! The page with cut-offs in a headless Chromium.

use cognito_m2m_tests::Browser;
use serde_json::json;

use super::operators::{FixedStore, Operators};
use super::suite::cutoff;

#[actix_web::test]
async fn cutoffs_are_readable_on_every_screen() {
    let store = FixedStore(vec![
        cutoff("Client-1", 0).because("leaked ".repeat(40)),
        cutoff(&"x".repeat(128), 0).because("x".repeat(1_000)),
    ]);
    let url = Operators::start("browser", store)
        .await
        .http
        .url("/clients");
    for (width, height) in [(360, 740), (1280, 900)] {
        let browser = Browser::with_screen(width, height).await;
        browser.open(&url).await;
        let overflow = "return document.documentElement.scrollWidth - innerWidth";
        assert_eq!(browser.evaluate(overflow).await, 0, "{width}");
        let ids = "return [...document.querySelectorAll('h2 ~ table td:first-child')].map(it => it.textContent.length)";
        assert_eq!(browser.evaluate(ids).await, json!([8, 128]));
        let smallest = "return Math.min(...[...document.querySelectorAll('body *')].map(it => parseFloat(getComputedStyle(it).fontSize)))";
        let smallest = browser.evaluate(smallest).await;
        assert!(smallest.as_f64().expect("a number") >= 14.0, "{smallest}");
        assert_eq!(browser.evaluate("return document.scripts.length").await, 0);
    }
}
