//! The command `serve`.

use std::{
    error::Error,
    io::{self, Write},
    net::SocketAddr,
};
#[cfg(unix)]
use std::{future::poll_fn, task::Poll};

use actix_web::rt::signal;
use cognito_m2m::testing::{LocalClient, LocalCognito};

use crate::{
    client::Client,
    configuration::{Configuration, Issuer},
    key_file,
};

/// Serves the local Cognito until Ctrl-C or SIGTERM.
pub(crate) async fn run(configuration: &Configuration) -> Result<(), Box<dyn Error>> {
    let keys = key_file::load_or_create(&configuration.key_file)?;
    let cognito = configuration.builder(keys).start().map_err(|error| {
        let file = configuration.path.display();
        match error.kind() {
            io::ErrorKind::AddrInUse => format!("{error}: set another `port` in {file}"),
            _ => error.to_string(),
        }
    })?;
    for client in &configuration.clients {
        cognito.register(registered(client));
    }
    warn_about_other_machines(configuration.address);
    // From here on, a signal ends the program with exit code 0.
    let stop = Stop::listen()?;
    if let Err(error) = explain(&mut io::stdout().lock(), &cognito, configuration) {
        eprintln!("cognito-m2m-local: failed to write to standard output: {error}");
    }
    Ok(stop.received().await?)
}

fn warn_about_other_machines(address: SocketAddr) {
    if !address.ip().is_loopback() {
        eprintln!(
            "cognito-m2m-local: warning: other machines may reach {address}, over plain HTTP: the \
             secrets of its clients must protect nothing else"
        );
    }
}

fn registered(client: &Client) -> LocalClient {
    let registered = LocalClient::new(&client.id)
        .secret(&client.secret)
        .scopes(&client.scopes);
    match &client.second_secret {
        Some(secret) => registered.second_secret(secret),
        None => registered,
    }
}

fn explain(
    out: &mut impl Write,
    cognito: &LocalCognito,
    configuration: &Configuration,
) -> io::Result<()> {
    writeln!(out, "# For the shell that runs your API:")?;
    match configuration.issuer {
        // An API derives both issuers from it, as it does for a pool in AWS.
        Issuer::Aws(_) => export(out, "COGNITO_M2M_USER_POOL_ID", &configuration.user_pool_id)?,
        Issuer::Local | Issuer::Custom(_) => export(out, "COGNITO_M2M_ISSUER", cognito.issuer())?,
    }
    export(out, "COGNITO_M2M_JWKS_URL", &cognito.jwks_url())?;
    for client in configuration.clients.iter().take(1) {
        writeln!(out)?;
        writeln!(out, "# For the shell that runs a service that calls it:")?;
        export(out, "COGNITO_M2M_TOKEN_URL", &cognito.token_url())?;
        let api_url = cognito.api_url();
        writeln!(out, "# Instead of it, for `GetClientToken`:")?;
        writeln!(out, "# export COGNITO_M2M_CLIENT_API_URL={api_url}")?;
        export(out, "COGNITO_M2M_CLIENT_ID", &client.id)?;
        export(out, "COGNITO_M2M_CLIENT_SECRET", &client.secret)?;
        writeln!(out)?;
        writeln!(out, "# For the shell that runs curl:")?;
        let (id, file) = (quoted(&client.id), configuration.path.to_string_lossy());
        let file = quoted(&file);
        writeln!(
            out,
            "# TOKEN=$(cognito-m2m-local token {id} --config {file})"
        )?;
    }
    writeln!(out)?;
    let address = configuration.address;
    writeln!(
        out,
        "# Listening on {address}; Ctrl-C stops the local Cognito"
    )?;
    out.flush()
}

fn export(out: &mut impl Write, name: &str, value: &str) -> io::Result<()> {
    writeln!(out, "export {name}={}", quoted(value))
}

/// Quotes a text for a POSIX shell, if it needs quotes.
fn quoted(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:@%+,=".contains(&byte);
    if text.bytes().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// The signals that stop the program.
#[cfg(unix)]
struct Stop([signal::unix::Signal; 2]);

#[cfg(unix)]
impl Stop {
    /// Handles the signals from now on. A container has no other handler for them.
    fn listen() -> io::Result<Self> {
        use signal::unix::{SignalKind, signal};

        let kinds = [SignalKind::interrupt(), SignalKind::terminate()];
        let [interrupt, terminate] = kinds.map(signal);
        Ok(Self([interrupt?, terminate?]))
    }

    async fn received(mut self) -> io::Result<()> {
        let [interrupt, terminate] = &mut self.0;
        poll_fn(|context| {
            // Both are polled, so that either of them wakes the task.
            let polled = [interrupt.poll_recv(context), terminate.poll_recv(context)];
            let is_received = polled.iter().any(Poll::is_ready);
            if is_received {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
        Ok(())
    }
}

/// Ctrl-C, which stops the program.
#[cfg(not(unix))]
struct Stop;

#[cfg(not(unix))]
impl Stop {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn received(self) -> io::Result<()> {
        signal::ctrl_c().await
    }
}
