//! Who does a handler see while clients move from a legacy user table to Cognito?
//!
//! A local Cognito, and one API in four modes side by side: machines only (A), clients mapped to
//! users of the table by their client id (B) or by a claim (B), and a proxy where there is no user
//! (C). Clients that the table knows, does not know and knows as inactive call each of them; the
//! program prints who was seen, and ends. `DATABASE_URL` says where the table is: SQLite,
//! PostgreSQL, MySQL or MariaDB; by default SQLite in memory.

mod api;
mod modes;

use std::{env, error::Error, io, net::SocketAddr, process::ExitCode, time::Duration};

use actix_web::{App, HttpServer, rt, web};
use cognito_m2m::{reqwest, testing::LocalCognito};
use cognito_m2m_examples::{Database, DatabaseUrl};

use crate::modes::Mode;

/// A client that calls.
struct Caller {
    client_id: &'static str,
    /// The claim `email` of its tokens.
    email: Option<&'static str>,
    is: &'static str,
}

const CALLERS: [Caller; 4] = [
    Caller {
        client_id: "reader",
        email: None,
        is: "a user by its client id",
    },
    Caller {
        client_id: "reports-v2",
        email: Some("reader@example.com"),
        is: "a user by its claim",
    },
    Caller {
        client_id: "retired",
        email: Some("retired@example.com"),
        is: "an inactive user",
    },
    Caller {
        client_id: "stranger",
        email: None,
        is: "no user",
    },
];

#[actix_web::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("legacy_users: {fault}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let url = match env::var("DATABASE_URL") {
        Ok(url) => DatabaseUrl::parse(&url)?,
        Err(env::VarError::NotPresent) => DatabaseUrl::in_memory(),
        Err(env::VarError::NotUnicode(_)) => {
            return Err("DATABASE_URL: expected text in UTF-8".into());
        }
    };
    let database = Database::open(&url).await?;
    let cognito = LocalCognito::start()?;
    let modes = modes::all(&cognito, &database)?;
    let address = serve(&modes)?;
    let http = reqwest::Client::builder().no_proxy().build()?;

    for mode in &modes {
        println!("{}", mode.title);
        print_row(["client", "which is", "the handler saw", "a user required"]);
        for caller in &CALLERS {
            let token = token(&cognito, caller);
            let get = |route: &str| {
                let url = format!("http://{address}{}{route}", mode.path);
                http.get(url).bearer_auth(&token).send()
            };
            let seen = get("/seen").await?.error_for_status()?.text().await?;
            let required = get("/required").await?.status().to_string();
            print_row([caller.client_id, caller.is, &seen, &required]);
        }
        println!();
    }
    Ok(())
}

/// Serves each mode under its path, on a free port, until the program ends.
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
    // Longer than clients keep idle connections.
    .keep_alive(Duration::from_secs(120))
    .disable_signals()
    .bind("127.0.0.1:0")?;
    let address = server.addrs().first().copied();
    rt::spawn(server.run());
    Ok(address.ok_or_else(|| io::Error::other("expected an address"))?)
}

fn token(cognito: &LocalCognito, caller: &Caller) -> String {
    let token = cognito.token(caller.client_id);
    match caller.email {
        Some(email) => token.claim("email", email).sign(),
        None => token.sign(),
    }
}

fn print_row([client, is, seen, required]: [&str; 4]) {
    println!("  {client:<12} {is:<25} {seen:<18} {required}");
}
