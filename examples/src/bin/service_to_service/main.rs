//! How does one service call another?
//!
//! A local Cognito, an API of stocks that asks for tokens, and an API of offers that calls it. A
//! hundred visitors ask for an offer at once, and then a hundred more; the program prints how many
//! token requests that took, and ends.

mod offers;
mod stocks;

use std::{error::Error, io, net::SocketAddr, process::ExitCode, time::Duration};

use actix_web::{App, HttpServer, rt, web::ServiceConfig};
use cognito_m2m::{
    CognitoAuth, Settings,
    client::TokenClient,
    reqwest,
    testing::{LocalClient, LocalCognito},
};

use crate::offers::Stocks;

const VISITORS: usize = 100;
const WORKERS: usize = 2;
/// No secret: this Cognito listens on loopback, and ends with the program.
const SECRET: &str = "local-secret";

#[actix_web::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("service_to_service: {fault}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let cognito = LocalCognito::start()?;
    cognito.register(
        LocalClient::new("offers")
            .secret(SECRET)
            .scopes([stocks::READ]),
    );

    let settings = Settings::default()
        .issuer(cognito.issuer())
        .jwks_url(cognito.jwks_url());
    let auth = CognitoAuth::new(settings)?;
    let stocks = serve(move |app| stocks::routes(app, &auth))?;
    println!(
        "stocks on http://{stocks}, for tokens with {}",
        stocks::READ
    );

    let tokens = TokenClient::builder()
        .token_url(cognito.token_url())
        .client_id("offers")
        .client_secret(SECRET)
        .build()?;
    let origin = format!("http://{stocks}");
    let client = tokens.for_origins([&origin], stocks::READ)?.into_client()?;
    let stocks = Stocks::new(client, origin);
    let offers = serve(move |app| offers::routes(app, &stocks))?;
    println!("offers on http://{offers}, for everybody");

    for _ in 0..2 {
        let answered = visit(offers).await?;
        println!(
            "{answered} of {VISITORS} visitors have an offer; token requests so far: {}",
            cognito.token_requests()
        );
    }
    Ok(())
}

/// Serves an API on a free port until the program ends.
fn serve(
    routes: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
) -> Result<SocketAddr, Box<dyn Error>> {
    let server = HttpServer::new(move || App::new().configure(routes.clone()))
        .workers(WORKERS)
        // Longer than clients keep idle connections.
        .keep_alive(Duration::from_secs(120))
        .disable_signals()
        .bind("127.0.0.1:0")?;
    let address = server.addrs().first().copied();
    rt::spawn(server.run());
    Ok(address.ok_or_else(|| io::Error::other("expected an address"))?)
}

/// How many visitors get an offer, all at once.
async fn visit(offers: SocketAddr) -> Result<usize, Box<dyn Error>> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    let visits: Vec<_> = (0..VISITORS)
        .map(|_| rt::spawn(http.get(format!("http://{offers}/offers/gear")).send()))
        .collect();
    let mut answered = 0;
    for visit in visits {
        let answer = visit.await??;
        answered += usize::from(answer.status().is_success());
    }
    Ok(answered)
}
