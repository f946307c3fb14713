//! How do I try an API or a client without AWS?
//!
//! Starts a local Cognito, and prints the variables that select it as the user pool and valid
//! tokens of three clients. It listens on loopback and runs until Ctrl-C.

use std::{
    error::Error,
    io::{self, Write},
    time::Duration,
};

use actix_web::rt::signal;
use cognito_m2m::testing::{LocalClient, LocalCognito};

/// The clients and their scopes.
const CLIENTS: [(&str, &[&str]); 3] = [
    ("reader", &["orders/read"]),
    ("writer", &["orders/read", "orders/write"]),
    ("admin", &["orders/read", "orders/admin"]),
];

/// The secret of all clients. It protects nothing, since only this machine reaches the local
/// Cognito.
const SECRET: &str = "local-secret";

/// The lifetime of the printed tokens.
const TOKEN_MINUTES: u64 = 60;

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let cognito = LocalCognito::start()?;
    for (id, scopes) in CLIENTS {
        cognito.register(LocalClient::new(id).secret(SECRET).scopes(scopes));
    }
    explain(&mut io::stdout().lock(), &cognito)?;
    signal::ctrl_c().await?;
    Ok(())
}

fn explain(out: &mut impl Write, cognito: &LocalCognito) -> io::Result<()> {
    writeln!(out, "# For the shell that runs your API:")?;
    writeln!(out, "export COGNITO_M2M_ISSUER={}", cognito.issuer())?;
    writeln!(out, "export COGNITO_M2M_JWKS_URL={}", cognito.jwks_url())?;
    writeln!(out)?;
    writeln!(out, "# For the shell that runs a service that calls it:")?;
    writeln!(out, "export COGNITO_M2M_TOKEN_URL={}", cognito.token_url())?;
    writeln!(out, "export COGNITO_M2M_CLIENT_ID=reader")?;
    writeln!(out, "export COGNITO_M2M_CLIENT_SECRET={SECRET}")?;
    writeln!(out)?;
    writeln!(
        out,
        "# For the shell that runs curl: tokens, valid for {TOKEN_MINUTES} minutes"
    )?;
    for (id, scopes) in CLIENTS {
        let lifetime = Duration::from_secs(TOKEN_MINUTES * 60);
        let token = cognito.token(id).scopes(scopes).expires_in(lifetime).sign();
        writeln!(out, "# {}", scopes.join(" "))?;
        writeln!(out, "{}={token}", id.to_uppercase())?;
    }
    writeln!(out)?;
    writeln!(
        out,
        r#"# curl -i -H "Authorization: Bearer $READER" http://127.0.0.1:8080/orders"#
    )?;
    writeln!(out, "# Ctrl-C stops the local Cognito")?;
    out.flush()
}
