use actix_web::{App, rt, test, web};
use allocation_counter::AllocationInfo;
use futures_util::FutureExt;

use super::authentication;
use super::flood::{bearer, guarded};
use super::tokens::Tokens;

/// The default of the setting `token_cache_entries`.
const CACHE_ENTRIES: usize = 10_000;
const GOAL: usize = 2_048;

/// Prints the memory of a full cache per token.
pub(crate) fn print_bytes_per_token() {
    println!("bytes per cached token beside its text (goal: at most {GOAL}), with a full cache:");
    for scopes in [4, 50] {
        let tokens = Tokens::new();
        let texts: Vec<_> = (0..CACHE_ENTRIES)
            .map(|number| tokens.with_scopes(number, scopes))
            .collect();
        // The first one is sent before, for what is allocated once.
        let (first, rest) = texts.split_first().expect("the cache has entries");
        let text_bytes: usize = rest.iter().map(String::len).sum();
        let beside = |allocations: AllocationInfo| {
            let bytes = usize::try_from(allocations.bytes_current).expect("the cache has entries");
            (bytes - text_bytes) / rest.len()
        };
        println!(
            "  {scopes} scopes, text of {} bytes: {} shared by all workers, {} with the cache of one worker",
            text_bytes / rest.len(),
            beside(validated(&tokens, first, rest)),
            beside(requested(&tokens, first, rest)),
        );
    }
}

/// Validates the tokens without a worker.
fn validated(tokens: &Tokens, first: &str, rest: &[String]) -> AllocationInfo {
    let auth = rt::System::new().block_on(authentication(tokens));
    let validate = |text: &str| {
        let validation = auth.validate_token(text).now_or_never();
        let validated = validation.expect("the validation does not wait");
        assert!(validated.is_ok(), "the token is valid");
    };
    validate(first);
    allocation_counter::measure(|| rest.iter().for_each(|text| validate(text)))
}

/// Sends each token to an app twice, as requests to one worker, which keeps it.
fn requested(tokens: &Tokens, first: &str, rest: &[String]) -> AllocationInfo {
    rt::System::new().block_on(async {
        let auth = authentication(tokens).await;
        let app = App::new().wrap(auth).route("/", web::get().to(guarded));
        let app = test::init_service(app).await;
        let send = |text: &str| {
            let response = test::call_service(&app, bearer(text).to_request()).now_or_never();
            let response = response.expect("the validation does not wait");
            assert!(response.status().is_success(), "the token is valid");
        };
        // A worker keeps a token when it sees it for the second time. Each is sent twice in a row, because
        // the shared cache would lose tokens between two passes over all.
        let send_twice = |text: &str| {
            send(text);
            send(text);
        };
        send_twice(first);
        allocation_counter::measure(|| rest.iter().for_each(|text| send_twice(text)))
    })
}
