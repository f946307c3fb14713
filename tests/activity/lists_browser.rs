//! The page of clients in a headless Chromium.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cognito_m2m::activity::SqliteActivity;
use cognito_m2m_tests::Browser;

use super::lists_suite::{HOSTILE_CLIENT_ID, OperatorApi, fill};
use crate::sqlite_file::sqlite_path;

/// Serves the page with 124 clients, one of them with a hostile ID, and returns its URL.
async fn serve_page(name: &str) -> String {
    let path = sqlite_path(name);
    let mut store = SqliteActivity::new(&path);
    store.migrate().await.expect("the migration runs");
    let reader = std::sync::Arc::new(store.reader());
    fill(store).await;
    OperatorApi::start(reader).await.http.url("/bare")
}

const CLIENT_IDS: &str =
    "return [...document.querySelectorAll('tbody td:first-child')].map(it => it.textContent)";

async fn client_ids(browser: &Browser) -> Vec<String> {
    let client_ids = browser.evaluate(CLIENT_IDS).await;
    serde_json::from_value(client_ids).expect("a list of texts")
}

/// Waits until this client is in the first row.
async fn wait_for_first_row(browser: &Browser, client_id: &str) {
    let first = "return document.querySelector('tbody td').textContent";
    browser.wait_for(first, &client_id.into()).await;
}

/// Saves a screenshot in the target directory, for manual review.
async fn save_screenshot(browser: &Browser, name: &str) {
    let picture = STANDARD
        .decode(browser.screenshot().await)
        .expect("the screenshot is in base64");
    assert!(picture.starts_with(b"\x89PNG"));
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(path, picture).expect("the screenshot is saved");
}

#[actix_web::test]
async fn page_can_be_searched_sorted_and_paged_in_a_browser() {
    let url = serve_page("browser-desktop").await;
    let browser = Browser::with_screen(1280, 900).await;
    browser.open(&url).await;
    save_screenshot(&browser, "clients-on-a-desktop.png").await;
    let pages = "return document.querySelector('nav span').textContent";
    assert_eq!(browser.evaluate(pages).await, "Page 1 of 3, 124 clients");
    wait_for_first_row(&browser, "Client-119").await;

    browser.click("a[rel=next]").await;
    wait_for_first_row(&browser, "Client-069").await;
    browser.click("a[rel=prev]").await;
    wait_for_first_row(&browser, "Client-119").await;
    browser.click("th:first-child a").await;
    let sorted = "return document.querySelector('[aria-sort=ascending] a').textContent";
    browser.wait_for(sorted, &"Client ↑".into()).await;

    browser.type_into("input[type=search]", "CLIENT-01").await;
    browser.click("button").await;
    wait_for_first_row(&browser, "Client-010").await;
    assert_eq!(client_ids(&browser).await.len(), 10);
    let kept = "return document.querySelector('input[type=search]').value";
    assert_eq!(browser.evaluate(kept).await, "CLIENT-01");
}

#[actix_web::test]
async fn page_runs_no_script_and_loads_no_resource() {
    let url = serve_page("browser-hostile").await;
    let browser = Browser::with_screen(1280, 900).await;
    browser.open(&format!("{url}?search=script")).await;
    assert_eq!(client_ids(&browser).await, [HOSTILE_CLIENT_ID]);
    assert_eq!(
        browser.evaluate("return document.title").await,
        "Service clients"
    );
    assert_eq!(browser.evaluate("return document.scripts.length").await, 0);
    let loaded = "return performance.getEntriesByType('resource').filter(it => !it.name.endsWith('/favicon.ico')).length";
    assert_eq!(browser.evaluate(loaded).await, 0);
    // The `Content-Security-Policy` allows the page's style sheet: without it the font would be the
    // browser's default.
    let font = "return getComputedStyle(document.body).fontFamily";
    assert_eq!(browser.evaluate(font).await, "system-ui, sans-serif");
}

#[actix_web::test]
async fn page_is_readable_on_a_phone() {
    let url = serve_page("browser-phone").await;
    let browser = Browser::with_screen(360, 740).await;
    browser.open(&url).await;
    save_screenshot(&browser, "clients-on-a-phone.png").await;
    for query in ["", "?search=script", "?search=unknown", "?page=none"] {
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
            smallest.as_f64().expect("a number") >= 14.0,
            "{query}: {smallest}"
        );
    }
    browser.open(&url).await;
    // WCAG 2.5.5: touch targets are at least 44 px high.
    let targets = "return Math.min(...[...document.querySelectorAll('a, button, input[type=search]')].map(it => it.getBoundingClientRect().height))";
    let lowest = browser.evaluate(targets).await;
    assert!(lowest.as_f64().expect("a number") >= 44.0, "{lowest}");
    let label = "return getComputedStyle(document.querySelector('tbody td'), '::before').content";
    let label = browser.evaluate(label).await;
    assert!(
        label.as_str().expect("a text").contains("Client"),
        "{label}"
    );
}
