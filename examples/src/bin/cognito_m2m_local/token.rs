//! The command `token`.

use std::error::Error;

use cognito_m2m::{ClientId, scope::Scope};

use crate::{client::Client, configuration::Configuration, key_file};

/// The token that the command line asks for.
#[derive(Debug, PartialEq)]
pub(crate) struct TokenRequest {
    pub(crate) client: String,
    /// If empty, all scopes of the client.
    pub(crate) scopes: Vec<String>,
    /// Allows clients and scopes that are not in the file.
    pub(crate) any: bool,
}

/// Returns a token that is valid for the user pool which `serve` serves.
pub(crate) fn sign(
    configuration: &Configuration,
    request: &TokenRequest,
) -> Result<String, Box<dyn Error>> {
    let scopes = granted_scopes(configuration, request)?;
    let keys = key_file::load_or_create(&configuration.key_file)?;
    let token = configuration.builder(keys).token(&request.client)?;
    Ok(token.scopes(scopes).sign())
}

fn granted_scopes<'a>(
    configuration: &'a Configuration,
    request: &'a TokenRequest,
) -> Result<&'a [String], Box<dyn Error>> {
    let mut clients = configuration.clients.iter();
    let client = clients.find(|client| client.id == request.client);
    if request.any {
        ClientId::new(request.client.as_str())?;
        for scope in &request.scopes {
            Scope::new(scope.clone())?;
        }
    } else {
        let Some(client) = client else {
            let (id, file) = (&request.client, configuration.path.display());
            return Err(format!("{file} has no client `{id}`: add it, or pass `--any`").into());
        };
        check_scopes(configuration, client, request)?;
    }
    match client {
        Some(client) if request.scopes.is_empty() => Ok(&client.scopes),
        _ => Ok(&request.scopes),
    }
}

fn check_scopes(
    configuration: &Configuration,
    client: &Client,
    request: &TokenRequest,
) -> Result<(), Box<dyn Error>> {
    let mut scopes = request.scopes.iter();
    match scopes.find(|scope| !client.scopes.contains(scope)) {
        None => Ok(()),
        Some(scope) => Err(format!(
            "the client `{}` in {} does not have the scope `{scope}`, only {}: add it, or pass `--any`",
            client.id,
            configuration.path.display(),
            client.scopes.join(", ")
        )
        .into()),
    }
}
