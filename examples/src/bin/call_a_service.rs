//! How does my service call another service with a token?
//!
//! `cargo run -p cognito-m2m-examples --bin call_a_service`
//!
//! `COGNITO_M2M_TOKEN_URL`, `COGNITO_M2M_CLIENT_ID` and `COGNITO_M2M_CLIENT_SECRET` select the app
//! client, and `ORDERS_URL` the API to call. To try it without AWS, run `cognito-m2m-local serve` in
//! another shell, which prints the variables to set, and `guarded_api` with `PORT=8081` in a third one.

use std::{env, error::Error};

use actix_web::{App, HttpServer, Responder, error::ErrorBadGateway, get, web};
use cognito_m2m::client::{AuthorizedClient, TokenClient};

/// The other API. All requests share one token, which is fetched when it is first needed and
/// renewed in the background before it expires.
struct Orders {
    client: AuthorizedClient,
    url: String,
}

impl Orders {
    fn new(tokens: &TokenClient, url: String) -> Result<Self, Box<dyn Error>> {
        // The token is sent to this origin only, even if the API redirects to another one.
        let tokens = tokens.for_origins([&url], "orders/read")?;
        // A request takes at most 30 s. `into_client_with` sets other limits.
        let client = tokens.into_client()?;
        Ok(Self { client, url })
    }

    async fn list(&self) -> Result<String, Box<dyn Error>> {
        let url = format!("{}/orders", self.url);
        let response = self.client.get(&url).send().await?.error_for_status()?;
        Ok(response.text().await?)
    }
}

#[get("/report")]
async fn report(orders: web::Data<Orders>) -> actix_web::Result<impl Responder> {
    let orders = orders.list().await.map_err(|error| {
        tracing::error!(%error, "the orders are unavailable");
        ErrorBadGateway("the orders are unavailable")
    })?;
    Ok(format!("report: {orders}"))
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();

    let tokens = TokenClient::from_env()?;
    let url = env::var("ORDERS_URL").unwrap_or_else(|_| "http://127.0.0.1:8081".to_owned());
    let orders = web::Data::new(Orders::new(&tokens, url)?);
    let port = env::var("PORT").map_or(Ok(8080), |port| port.parse())?;
    HttpServer::new(move || App::new().app_data(orders.clone()).service(report))
        .bind(("127.0.0.1", port))?
        .run()
        .await?;
    Ok(())
}
