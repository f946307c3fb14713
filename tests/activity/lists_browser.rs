//! The page of clients, looked at in a real browser.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cognito_m2m::activity::SqliteActivity;
use cognito_m2m_tests::Browser;

use super::lists_suite::{HOSTILE, Operators, fill};
use super::sqlite::file;

/// The page of 124 clients, one of them with a hostile name.
async fn page(name: &str) -> String {
    let path = file(name);
    let mut store = SqliteActivity::new(&path);
    store.migrate().await.expect("a migration");
    let reader = std::sync::Arc::new(store.reader());
    fill(store).await;
    Operators::over(reader).await.api.url("/bare")
}

const IDS: &str =
    "return [...document.querySelectorAll('tbody td:first-child')].map(it => it.textContent)";

async fn ids(browser: &Browser) -> Vec<String> {
    let ids = browser.evaluate(IDS).await;
    serde_json::from_value(ids).expect("texts")
}

/// Waits until this client is at the top.
async fn first_is(browser: &Browser, client_id: &str) {
    let first = "return document.querySelector('tbody td').textContent";
    browser.wait_for(first, &client_id.into()).await;
}

/// Kept beside the other artifacts of the tests, for people to look at.
async fn keep_picture(browser: &Browser, name: &str) {
    let picture = STANDARD.decode(browser.screenshot().await).expect("base64");
    assert!(picture.starts_with(b"\x89PNG"));
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(path, picture).expect("a picture");
}

#[actix_web::test]
async fn the_page_is_searched_sorted_and_turned_in_a_browser() {
    let url = page("browser-desk").await;
    let browser = Browser::with_screen(1280, 900).await;
    browser.open(&url).await;
    keep_picture(&browser, "clients-on-a-desk.png").await;
    let pages = "return document.querySelector('nav span').textContent";
    assert_eq!(browser.evaluate(pages).await, "Page 1 of 3, 124 clients");
    first_is(&browser, "Client-119").await;

    browser.click("a[rel=next]").await;
    first_is(&browser, "Client-069").await;
    browser.click("a[rel=prev]").await;
    first_is(&browser, "Client-119").await;
    browser.click("th:first-child a").await;
    let sorted = "return document.querySelector('[aria-sort=ascending] a').textContent";
    browser.wait_for(sorted, &"Client ↑".into()).await;

    browser.type_into("input[type=search]", "CLIENT-01").await;
    browser.click("button").await;
    first_is(&browser, "Client-010").await;
    assert_eq!(ids(&browser).await.len(), 10);
    let kept = "return document.querySelector('input[type=search]').value";
    assert_eq!(browser.evaluate(kept).await, "CLIENT-01");
}

#[actix_web::test]
async fn the_page_runs_nothing_and_loads_nothing() {
    let url = page("browser-hostile").await;
    let browser = Browser::with_screen(1280, 900).await;
    browser.open(&format!("{url}?search=script")).await;
    assert_eq!(ids(&browser).await, [HOSTILE]);
    assert_eq!(
        browser.evaluate("return document.title").await,
        "Service clients"
    );
    assert_eq!(browser.evaluate("return document.scripts.length").await, 0);
    let loaded = "return performance.getEntriesByType('resource').filter(it => !it.name.endsWith('/favicon.ico')).length";
    assert_eq!(browser.evaluate(loaded).await, 0);
    // The style is the one that the policy names: were it refused, this would be a serif of 16 px.
    let font = "return getComputedStyle(document.body).fontFamily";
    assert_eq!(browser.evaluate(font).await, "system-ui, sans-serif");
}

#[actix_web::test]
async fn the_page_is_readable_on_a_phone() {
    let url = page("browser-phone").await;
    let browser = Browser::with_screen(360, 740).await;
    browser.open(&url).await;
    keep_picture(&browser, "clients-on-a-phone.png").await;
    for query in ["", "?search=script", "?search=nobody", "?page=none"] {
        browser.open(&format!("{url}{query}")).await;
        let width = "return [innerWidth, document.documentElement.scrollWidth]";
        assert_eq!(
            browser.evaluate(width).await,
            serde_json::json!([360, 360]),
            "{query}"
        );
        let smallest = "return Math.min(...[...document.querySelectorAll('body *')].map(it => parseFloat(getComputedStyle(it).fontSize)))";
        let smallest = browser.evaluate(smallest).await;
        assert!(
            smallest.as_f64().expect("a size") >= 14.0,
            "{query}: {smallest}"
        );
    }
    browser.open(&url).await;
    // A finger hits what is at least 44 px high (WCAG 2.5.5).
    let targets = "return Math.min(...[...document.querySelectorAll('a, button, input[type=search]')].map(it => it.getBoundingClientRect().height))";
    let least = browser.evaluate(targets).await;
    assert!(least.as_f64().expect("a height") >= 44.0, "{least}");
    let label = "return getComputedStyle(document.querySelector('tbody td'), '::before').content";
    let label = browser.evaluate(label).await;
    assert!(
        label.as_str().expect("a text").contains("Client"),
        "{label}"
    );
}
