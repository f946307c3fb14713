//! The demo application: an API for widgets, guarded by Cognito tokens.
//!
//! Without configuration it starts a local Cognito and prints `curl` lines to try. With
//! `COGNITO_M2M_USER_POOL_ID` or `COGNITO_M2M_ISSUER` it accepts the tokens of that user pool
//! instead.
//!
//! `WIDGETS_ADDR` is the address to listen on, `ACTIX_WORKERS` the number of workers, and
//! `DATABASE_URL` the database of the widgets, of a user table and of client activity.
//! `COGNITO_M2M_USER_MAPPING_ENABLED`, `COGNITO_M2M_RETURN_USER_PROXY` and
//! `COGNITO_M2M_TRACK_CLIENT_ACTIVITY` enable user mapping, user proxies and client activity.

mod configuration;
mod first_run;
mod logging;

use std::{
    error::Error,
    io::{self, Write},
    net::SocketAddr,
    process::ExitCode,
};

use actix_web::{App, HttpServer, rt, web};
use cognito_m2m::{CognitoAuth, Settings};
use cognito_m2m_examples::{
    Database, DatabaseUrl,
    widgets::{self, Clients, Store},
};

use crate::{configuration::Configuration, first_run::FirstRun};

/// The time that a stopping server waits for requests in progress.
const SHUTDOWN_TIMEOUT_SECONDS: u64 = 5;

#[actix_web::main]
async fn main() -> ExitCode {
    logging::start();
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("widgets: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), Box<dyn Error>> {
    let configuration = Configuration::from_env()?;
    let database = Database::open(&configuration.database).await?;
    let first_run = FirstRun::unless_configured()?;
    let settings = match &first_run {
        Some(local) => local.settings(),
        None => Settings::from_env(),
    };
    let (auth, clients) = build_auth(settings, &database, &configuration.database).await?;
    let store = web::Data::new(Store::new(database));

    let server = HttpServer::new({
        let auth = auth.clone();
        let is_first_run = first_run.is_some();
        move || {
            App::new()
                .wrap(auth.clone())
                .app_data(store.clone())
                .configure(|app| widgets::routes(app, clients.clone()))
                .configure(|app| {
                    if is_first_run {
                        app.service(widgets::clients_page(clients.clone()));
                    }
                })
        }
    })
    .workers(configuration.workers.get())
    .shutdown_timeout(SHUTDOWN_TIMEOUT_SECONDS)
    .bind(&configuration.address)
    .map_err(|error| {
        format!(
            "WIDGETS_ADDR: failed to bind {}: {error}",
            configuration.address
        )
    })?;

    let addresses = server.addrs();
    let serving = rt::spawn(server.run());
    // Lets the server and its signal handlers start before a reader of the output connects to it or
    // stops it.
    rt::task::yield_now().await;
    if let Err(error) = announce(&addresses, first_run.as_ref()) {
        tracing::warn!(%error, "failed to write to standard output");
    }

    serving.await??;
    auth.shutdown().await;
    Ok(())
}

async fn build_auth(
    settings: Settings,
    database: &Database,
    url: &DatabaseUrl,
) -> Result<(CognitoAuth, Clients), Box<dyn Error>> {
    // Without a group `reporting` in the settings, `/reports` refuses every client. An application
    // that always defines its groups omits this call, so that a missing group is a start-up error.
    let auth = CognitoAuth::builder()
        .settings(settings)
        .allow_undefined_groups();
    let auth = widgets::with_user_mapper(auth, database);
    let (auth, clients) = widgets::with_activity_store(auth, url).await?;
    Ok((auth.build()?, clients))
}

fn announce(addresses: &[SocketAddr], first_run: Option<&FirstRun>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for address in addresses {
        writeln!(out, "listening on http://{address}")?;
    }
    if let (Some(local), Some(address)) = (first_run, addresses.first()) {
        local.explain(&mut out, *address)?;
    }
    out.flush()
}
