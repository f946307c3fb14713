//! The first run: a local Cognito, and `curl` lines that show what the guards do.

use std::{
    env,
    io::{self, Write},
    net::SocketAddr,
    time::Duration,
};

use cognito_m2m::{
    Settings,
    testing::{LocalClient, LocalCognito},
};

/// The variables that select a user pool. If one of them is set, no local Cognito is started, and
/// the library reports those that are missing.
const POOL_VARIABLES: [&str; 5] = [
    "COGNITO_M2M_USER_POOL_ID",
    "COGNITO_M2M_ISSUER",
    "COGNITO_M2M_JWKS_URL",
    "COGNITO_M2M_REGION",
    "COGNITO_M2M_POOLS",
];

/// The settings that the first run enables if the environment does not set them.
const USER_MAPPING: &str = "COGNITO_M2M_USER_MAPPING_ENABLED";
const TRACKING: &str = "COGNITO_M2M_TRACK_CLIENT_ACTIVITY";
const ALLOWED_CLIENTS: &str = "COGNITO_M2M_ALLOWED_CLIENT_IDS";

/// The client IDs. The user table also has a `reader`, and an inactive user `retired`.
const READER: &str = "reader";
const WRITER: &str = "writer";
const RETIRED: &str = "retired";
const OPERATOR: &str = "operator";

const CLIENTS: [(&str, &[&str]); 4] = [
    (READER, &["widgets/read"]),
    (WRITER, &["widgets/read", "widgets/write"]),
    (RETIRED, &["widgets/read"]),
    (OPERATOR, &["widgets/admin"]),
];

/// The secret of all clients. It protects nothing, since only this machine reaches the local
/// Cognito.
const SECRET: &str = "local-secret";

/// The lifetime of the printed tokens.
const TOKEN_MINUTES: u64 = 60;

/// A local Cognito that serves as the user pool.
pub(crate) struct FirstRun {
    cognito: LocalCognito,
}

/// A request to try, with the expected status.
struct Trial {
    status: u16,
    shows: &'static str,
    /// The arguments of `curl`.
    request: String,
}

impl FirstRun {
    /// Starts the local Cognito, unless the environment selects a user pool.
    pub(crate) fn unless_configured() -> io::Result<Option<Self>> {
        if POOL_VARIABLES.into_iter().any(is_set) {
            return Ok(None);
        }
        let cognito = LocalCognito::start()?;
        for (id, scopes) in CLIENTS {
            cognito.register(LocalClient::new(id).secret(SECRET).scopes(scopes));
        }
        Ok(Some(Self { cognito }))
    }

    /// Returns the settings for the local Cognito, with user mapping, client activity and the allowlist
    /// of its clients.
    ///
    /// The environment applies as well, so an unknown variable is still an error.
    pub(crate) fn settings(&self) -> Settings {
        let mut settings = Settings::from_env()
            .issuer(self.cognito.issuer())
            .jwks_url(self.cognito.jwks_url())
            .client_group("reporting", [READER]);
        if !is_set(USER_MAPPING) {
            settings = settings.user_mapping_enabled(true);
        }
        if !is_set(TRACKING) {
            settings = settings.track_client_activity(true);
        }
        if !is_set(ALLOWED_CLIENTS) {
            settings = settings.allowed_client_ids(CLIENTS.map(|(id, _)| id));
        }
        settings
    }

    /// Prints valid tokens and requests to try.
    pub(crate) fn explain(&self, out: &mut impl Write, api: SocketAddr) -> io::Result<()> {
        let issuer = self.cognito.issuer();
        writeln!(
            out,
            "no user pool is configured; using a local Cognito, {issuer}"
        )?;
        writeln!(out)?;
        writeln!(
            out,
            "# In another shell: tokens, valid for {TOKEN_MINUTES} minutes"
        )?;
        for (id, scopes) in CLIENTS {
            writeln!(out, "{}={}", variable(id), self.token(id, scopes))?;
        }
        for trial in self.trials(api) {
            writeln!(out)?;
            writeln!(out, "# {}: {}", trial.status, trial.shows)?;
            writeln!(out, "curl -i {}", trial.request)?;
        }
        writeln!(out)?;
        writeln!(out, "# Ctrl-C stops the API and the local Cognito")
    }

    fn token(&self, client_id: &str, scopes: &[&str]) -> String {
        let token = self.cognito.token(client_id).scopes(scopes);
        token
            .expires_in(Duration::from_secs(TOKEN_MINUTES * 60))
            .sign()
    }

    fn trials(&self, api: SocketAddr) -> Vec<Trial> {
        let mut trials = guards(api);
        trials.push(self.token_request());
        if !is_set(USER_MAPPING) {
            trials.extend(user_mapping(api));
        }
        trials.extend(client_activity(api));
        trials
    }

    fn token_request(&self) -> Trial {
        let url = self.cognito.token_url();
        Trial::new(
            200,
            "a new token, requested as a calling service would",
            format!("-u {WRITER}:{SECRET} -d grant_type=client_credentials {url}"),
        )
    }
}

impl Trial {
    fn new(status: u16, shows: &'static str, request: String) -> Self {
        Self {
            status,
            shows,
            request,
        }
    }
}

fn guards(api: SocketAddr) -> Vec<Trial> {
    let (read, write) = (bearer(READER), bearer(WRITER));
    let widgets = format!("http://{api}/widgets");
    let (both, reports) = (
        format!("http://{api}/both"),
        format!("http://{api}/reports"),
    );
    // On a second line, so that the command fits a terminal.
    let gear = r#"\
  -H "Content-Type: application/json" -d '{"name": "gear"}'"#;
    let forged = r#"-H "Authorization: Bearer a.b.c""#;
    vec![
        Trial::new(
            201,
            "the scope `widgets/write` allows adding a widget",
            format!("{write} {widgets} {gear}"),
        ),
        Trial::new(
            200,
            "the scope `widgets/read` allows listing the widgets",
            format!("{read} {widgets}"),
        ),
        Trial::new(
            403,
            "but not adding one",
            format!("{read} {widgets} {gear}"),
        ),
        Trial::new(
            403,
            "this route requires both scopes",
            format!("{read} {both}"),
        ),
        Trial::new(
            200,
            "the reader is in the client group `reporting`",
            format!("{read} {reports}"),
        ),
        Trial::new(403, "the writer is not", format!("{write} {reports}")),
        Trial::new(401, "without a token", widgets.clone()),
        Trial::new(401, "with an invalid token", format!("{forged} {widgets}")),
        Trial::new(
            200,
            "the caller, as a handler sees it",
            format!("{read} http://{api}/me"),
        ),
        Trial::new(
            200,
            "an open route requires no token",
            format!("http://{api}/public"),
        ),
    ]
}

fn user_mapping(api: SocketAddr) -> [Trial; 3] {
    let trial = |status, shows, client_id| {
        Trial::new(
            status,
            shows,
            format!("{} http://{api}/legacy", bearer(client_id)),
        )
    };
    [
        trial(
            200,
            "the reader is mapped to a row of the user table",
            READER,
        ),
        trial(403, "the writer has no row", WRITER),
        trial(403, "the row of this client is inactive", RETIRED),
    ]
}

fn client_activity(api: SocketAddr) -> [Trial; 3] {
    let list = format!("http://{api}/admin/clients");
    let page = format!("http://{api}/clients");
    [
        Trial::new(
            200,
            "operators see which clients have called, and when",
            format!("{} {list}", bearer(OPERATOR)),
        ),
        Trial::new(
            403,
            "the reader is not an operator",
            format!("{} {list}", bearer(READER)),
        ),
        Trial::new(
            200,
            "the same list as a page, for a browser on this machine",
            page,
        ),
    ]
}

/// Returns the `curl` option that sends the token in the client's shell variable.
fn bearer(client_id: &str) -> String {
    format!(r#"-H "Authorization: Bearer ${}""#, variable(client_id))
}

/// Returns the name of the shell variable that holds the client's token.
fn variable(client_id: &str) -> String {
    client_id.to_uppercase()
}

fn is_set(variable: &str) -> bool {
    env::var_os(variable).is_some()
}
