//! Which user does a handler see while clients move from a user table to Cognito?
//!
//! Starts a local Cognito and the same API in four modes: without user mapping (A), with clients
//! mapped to users by client ID (B) or by a claim (B), and with a proxy for clients that have no
//! user (C). Four clients call each API: one mapped by client ID, one mapped by a claim, one mapped
//! to an inactive user, and an unknown one. The program prints the user that the handler sees, and
//! ends. `DATABASE_URL` selects the database of the user table, and defaults to SQLite in memory.

mod api;
mod modes;

use std::{env, error::Error, io, net::SocketAddr, process::ExitCode, time::Duration};

use actix_web::{App, HttpServer, rt, web};
use cognito_m2m::{
    reqwest::{self, StatusCode},
    testing::LocalCognito,
};
use cognito_m2m_examples::{Database, DatabaseUrl};

use crate::modes::Mode;

/// A client of the API.
struct Caller {
    client_id: &'static str,
    /// The claim `email` of the client's tokens.
    email: Option<&'static str>,
    description: &'static str,
}

const CALLERS: [Caller; 4] = [
    Caller {
        client_id: "reader",
        email: None,
        description: "mapped by client ID",
    },
    Caller {
        client_id: "reports-v2",
        email: Some("reader@example.com"),
        description: "mapped by a claim",
    },
    Caller {
        client_id: "retired",
        email: Some("retired@example.com"),
        description: "an inactive user",
    },
    Caller {
        client_id: "stranger",
        email: None,
        description: "unknown",
    },
];

#[actix_web::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("legacy_users: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let url = match env::var("DATABASE_URL") {
        Ok(url) => DatabaseUrl::parse(&url)?,
        Err(env::VarError::NotPresent) => DatabaseUrl::in_memory(),
        Err(env::VarError::NotUnicode(_)) => {
            return Err("DATABASE_URL: expected UTF-8".into());
        }
    };
    let database = Database::open(&url).await?;
    let cognito = LocalCognito::start()?;
    let modes = modes::all(&cognito, &database)?;
    let address = serve(&modes)?;
    let http = reqwest::Client::builder().no_proxy().build()?;

    for mode in &modes {
        println!("{}", mode.title);
        print_row(["client", "which is", "handler sees", "user required"]);
        for caller in &CALLERS {
            let token = token(&cognito, caller);
            let get = |route: &str| {
                let url = format!("http://{address}{}{route}", mode.path);
                http.get(url).bearer_auth(&token).send()
            };
            let seen = match get("/optional").await? {
                refused if refused.status() == StatusCode::FORBIDDEN => "refused".to_owned(),
                answer => answer.error_for_status()?.text().await?,
            };
            let required = get("/required").await?.status().to_string();
            print_row([caller.client_id, caller.description, &seen, &required]);
        }
        println!();
    }
    Ok(())
}

/// Serves each mode under its path, on a free port.
fn serve(modes: &[Mode]) -> Result<SocketAddr, Box<dyn Error>> {
    let modes = modes.to_vec();
    let server = HttpServer::new(move || {
        modes.iter().fold(App::new(), |app, mode| {
            app.service(
                web::scope(mode.path)
                    .wrap(mode.auth.clone())
                    .configure(api::routes),
            )
        })
    })
    .workers(1)
    // Longer than the HTTP client keeps idle connections, so that it never reuses a closed one.
    .keep_alive(Duration::from_secs(120))
    .disable_signals()
    .bind("127.0.0.1:0")?;
    let address = server.addrs().first().copied();
    rt::spawn(server.run());
    Ok(address.ok_or_else(|| io::Error::other("the server has no address"))?)
}

fn token(cognito: &LocalCognito, caller: &Caller) -> String {
    let token = cognito.token(caller.client_id);
    match caller.email {
        Some(email) => token.claim("email", email).sign(),
        None => token.sign(),
    }
}

fn print_row([client, description, seen, required]: [&str; 4]) {
    println!("  {client:<12} {description:<25} {seen:<18} {required}");
}
