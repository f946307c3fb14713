use std::hint::black_box;
use std::time::Duration;

use actix_web::rt;
use cognito_m2m::client::TokenClient;
use cognito_m2m::scope::Scope;
use cognito_m2m::testing::LocalClient;

use crate::case::{Case, Inputs};
use crate::fixture;
use crate::measure::{measure, ready};

/// The token client.
pub(crate) const CASES: &[Case] = &[Case::new("client_cached_token", 1_000, cached_token)];

const READ: Scope = Scope::from_static("widgets/read");
const SECRET: &str = "1example2example3example4example5example6example7ex";

fn cached_token(inputs: &Inputs<'_>) {
    let cognito = fixture::start();
    let client = LocalClient::new(fixture::CLIENT_ID);
    cognito.register(client.secret(SECRET).scopes(["widgets/read"]));
    let tokens = TokenClient::builder()
        .token_url(cognito.token_url())
        .client_id(fixture::CLIENT_ID)
        .client_secret(SECRET)
        // Under valgrind on a busy machine, the first request takes longer than by default.
        .timeout(Duration::from_secs(30))
        .deadline(Duration::from_secs(60))
        .build()
        .expect("the settings are valid");
    rt::System::new()
        .block_on(tokens.token(READ))
        .expect("the token is fetched");
    measure(
        inputs.iterations,
        || black_box(&tokens),
        |tokens| black_box(ready(tokens.token(READ))).is_ok(),
    );
}
