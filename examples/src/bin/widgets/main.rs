//! How do I guard an API with Cognito tokens?
//!
//! Without configuration this program brings a Cognito of its own and prints `curl` lines to try.
//! With `COGNITO_M2M_USER_POOL_ID` or `COGNITO_M2M_ISSUER` it guards the same API by that pool.
//! `WIDGETS_ADDR`, `ACTIX_WORKERS` and `DATABASE_URL` say where it listens, with how many workers,
//! and where it keeps its widgets. Beside them there are users from before Cognito, and the clients
//! seen: `COGNITO_M2M_USER_MAPPING_ENABLED`, `COGNITO_M2M_RETURN_USER_PROXY` and
//! `COGNITO_M2M_TRACK_CLIENT_ACTIVITY` switch these on.

mod activity;
mod api;
mod configuration;
mod first_run;
mod logging;
mod operations;
mod problem;
mod store;
mod users;
mod widget_name;

use std::{
    error::Error,
    io::{self, Write},
    net::SocketAddr,
    process::ExitCode,
};

use actix_web::{App, HttpServer, rt, web};
use cognito_m2m::{CognitoAuth, Settings};
use cognito_m2m_examples::Database;

use crate::{configuration::Configuration, first_run::FirstRun, store::Store};

/// How many seconds requests that are under way get when the program is told to stop.
const SECONDS_TO_STOP: u64 = 5;

#[actix_web::main]
async fn main() -> ExitCode {
    logging::start();
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("widgets: {fault}");
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
    // A pool whose settings define no group `reporting` is served all the same: `/reports` then
    // refuses everybody. A program with one environment leaves this out, and such a pool is a fault.
    let auth = CognitoAuth::builder()
        .settings(settings)
        .allow_undefined_groups();
    let auth = users::mapped(auth, &database);
    let (auth, clients) = activity::kept(auth, &configuration.database).await?;
    let auth = auth.build()?;
    let store = web::Data::new(Store::new(database));

    let server = HttpServer::new({
        let auth = auth.clone();
        let is_first_run = first_run.is_some();
        move || {
            App::new()
                .wrap(auth.clone())
                .app_data(store.clone())
                .configure(|app| operations::routes(app, clients.clone()))
                .configure(|app| {
                    if is_first_run {
                        app.service(activity::page(clients.clone()));
                    }
                })
                .configure(api::routes)
        }
    })
    .workers(configuration.workers.get())
    .shutdown_timeout(SECONDS_TO_STOP)
    .bind(&configuration.address)
    .map_err(|fault| {
        format!(
            "WIDGETS_ADDR: {} can't be bound: {fault}",
            configuration.address
        )
    })?;

    let addresses = server.addrs();
    let serving = rt::spawn(server.run());
    // The server gets its turn first: whoever reads the announcement may connect, or stop it.
    rt::task::yield_now().await;
    if let Err(error) = announce(&addresses, first_run.as_ref()) {
        tracing::warn!(%error, "nobody reads standard output");
    }

    serving.await??;
    auth.shutdown().await;
    Ok(())
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
