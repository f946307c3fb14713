//! How do I refuse the tokens of a client before they expire?
//!
//! `cargo run -p cognito-m2m-examples --bin cut_off_clients`
//!
//! `COGNITO_M2M_USER_POOL_ID` selects the user pool. To try it without AWS, run
//! `cognito-m2m-local serve` in another shell, which prints the variables to set, and
//! `cognito-m2m-local token writer`, which prints a token to send.

use std::{env, error::Error};

use actix_web::{App, HttpServer, Responder, get};
use cognito_m2m::{
    ClientCutoffs, CognitoAuth, Policy, Settings, cutoff::SqliteCutoffs, require_authentication,
};

#[get("/orders")]
#[require_authentication]
async fn list_orders() -> impl Responder {
    "all orders\n"
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();

    // For other databases, use `PostgresCutoffs` or `MysqlCutoffs`, and for a file `CutoffFile`.
    let path = env::var("DATABASE").unwrap_or_else(|_| "cut_off_clients.db".to_owned());
    let cutoffs = SqliteCutoffs::new(path);
    cutoffs.migrate().await?;
    // Try `PUT /admin/cutoffs/writer` with the body `{"reason": "the secret has leaked"}`. A row that is
    // inserted with SQL has the same effect on every instance:
    // INSERT INTO service_client_cutoff (client_id, tokens_issued_before)
    //     VALUES ('writer', CURRENT_TIMESTAMP);
    let operators = Policy::all_scopes(["orders/admin"])?;
    let service = ClientCutoffs::new("/admin/cutoffs", cutoffs.clone(), operators);

    let auth = CognitoAuth::builder()
        .settings(Settings::from_env())
        .cutoff_store(cutoffs)
        .build()?;
    let port = env::var("PORT").map_or(Ok(8080), |port| port.parse())?;
    HttpServer::new({
        let auth = auth.clone();
        move || {
            App::new()
                .wrap(auth.clone())
                .service(list_orders)
                .service(service.clone())
        }
    })
    .bind(("127.0.0.1", port))?
    .run()
    .await?;
    auth.shutdown().await;
    Ok(())
}
