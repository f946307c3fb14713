use std::time::{Duration, SystemTime};

use cognito_m2m::cutoff::Cutoff;

use super::operators::{FailingStore, FixedStore, HangingStore, Operators};
use super::suite::{at, cutoff};

fn shut_out(client_id: &str) -> Cutoff {
    let time = SystemTime::now() + Duration::from_secs(3_600);
    Cutoff::new(client_id, time).expect("the client ID is valid")
}

#[actix_web::test]
async fn page_shows_who_is_cut_off_until_when_and_why() {
    let store = FixedStore(vec![
        shut_out("tenant-a:never-seen"),
        cutoff("Client-2", 7).because("the secret has leaked"),
    ]);
    let page = Operators::start("page", store).await.page("").await;
    assert_eq!(page.status, 200);
    for part in [
        "<h2>Cut-offs</h2>",
        "<td data-label=\"Client\">Client-1</td>",
        "<td data-label=\"Client\">Client-2 <mark>cut off</mark></td>",
        "<td data-label=\"Client\">Client-2</td><td data-label=\"Refused if issued before\"><time datetime=\"2026-11-26T12:00:07.000000Z\">2026-11-26 12:00:07 UTC</time></td><td data-label=\"New tokens\">accepted</td><td data-label=\"Reason\" class=\"reason\">the secret has leaked</td>",
        "<td data-label=\"Client\">tenant-a:never-seen</td>",
        "<td data-label=\"New tokens\">refused until then</td>",
        "<td data-label=\"Set\"><time datetime=\"2026-11-26T12:00:00.000042Z\">",
    ] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
}

#[actix_web::test]
async fn page_shows_html_in_reasons_as_text() {
    let hostile = "<script>alert('1')</script>\"&amp;\u{1b}";
    let store = FixedStore(vec![cutoff("a", 0).because(hostile)]);
    let page = Operators::start("html", store).await.page("").await;
    assert!(!page.body.contains("<script"), "{}", page.body);
    let text = "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;amp;\u{fffd}</td>";
    assert!(page.body.contains(text), "{}", page.body);
}

#[actix_web::test]
async fn search_applies_to_cutoffs_too() {
    let store = FixedStore(vec![cutoff("Sync-worker", 0), cutoff("reporting", 0)]);
    let api = Operators::start("search", store).await;
    for (query, contains) in [
        ("?search=sYNC", [true, false]),
        ("?search=o", [true, true]),
        ("?search=unknown", [false, false]),
    ] {
        let page = api.page(query).await;
        let found = ["Sync-worker", "reporting"].map(|id| page.body.contains(&format!(">{id}<")));
        assert_eq!(found, contains, "{query}");
        let is_empty = page.body.contains("No cut-offs found.");
        assert_eq!(is_empty, contains == [false, false], "{query}");
    }
}

#[actix_web::test]
async fn page_shows_a_limited_number_of_cutoffs() {
    let api = Operators::start("limit", FixedStore::numbered(10_001)).await;
    let page = api.page("").await;
    assert!(page.body.contains(">client-00500<"));
    assert!(!page.body.contains(">client-00501<"));
    assert!(page.body.contains("9501 more cut-offs are not shown"));
    let found = api.page("?search=client-1000").await;
    assert!(found.body.contains(">client-10001<"));
    assert!(!found.body.contains("more cut-offs"));
}

#[actix_web::test]
async fn page_shows_the_clients_while_the_cutoffs_are_unavailable() {
    let unavailable = "The cut-offs are temporarily unavailable.";
    let failing = Operators::start("unavailable", FailingStore).await;
    let hanging = Operators::start("unanswered", HangingStore).await;
    for page in [failing.page("").await, hanging.page("").await] {
        assert_eq!(page.status, 200);
        assert!(page.body.contains(">Client-1<"), "{}", page.body);
        assert!(page.body.contains(unavailable), "{}", page.body);
        assert!(!page.body.contains("fire"), "{}", page.body);
    }
    let page = failing.page("?page=none").await;
    assert_eq!(page.status, 400);
}

#[actix_web::test]
async fn cutoff_at_the_end_of_time_is_shown() {
    let end = Cutoff::new("a", at(u64::MAX >> 8)).expect("the client ID is valid");
    let page = Operators::start("far", FixedStore(vec![end]))
        .await
        .page("")
        .await;
    assert!(
        page.body.contains(">9999-12-31 23:59:59 UTC<"),
        "{}",
        page.body
    );
}
