//! The first run: a Cognito on loopback, and `curl` lines that show what the guards do.

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

/// Where one of these is set, a pool is meant; the library says so if others are missing.
const POOL_VARIABLES: [&str; 5] = [
    "COGNITO_M2M_USER_POOL_ID",
    "COGNITO_M2M_ISSUER",
    "COGNITO_M2M_JWKS_URL",
    "COGNITO_M2M_REGION",
    "COGNITO_M2M_POOLS",
];

/// What is on here, unless it is set.
const USER_MAPPING: &str = "COGNITO_M2M_USER_MAPPING_ENABLED";
const TRACKING: &str = "COGNITO_M2M_TRACK_CLIENT_ACTIVITY";

/// A client of the local Cognito that may only look, and was a user before.
const READER: &str = "reader";
/// A client of the local Cognito that may look and change.
const WRITER: &str = "writer";
/// A client of the local Cognito that may look, and whose user of before is no longer active.
const RETIRED: &str = "retired";
/// A client of the local Cognito that may see who calls.
const OPERATOR: &str = "operator";
/// All clients' secret, which is none: this Cognito listens on loopback, and ends with the program.
const SECRET: &str = "local-secret";

/// How long the printed tokens are good for.
const MINUTES: u64 = 60;

/// A local Cognito in place of a pool.
pub(crate) struct FirstRun {
    cognito: LocalCognito,
}

/// A request to try, and what it is answered.
struct Trial {
    status: u16,
    shows: &'static str,
    /// What stands after `curl`.
    request: String,
}

impl FirstRun {
    /// Starts the local Cognito, unless the environment names a pool.
    pub(crate) fn unless_configured() -> io::Result<Option<Self>> {
        if POOL_VARIABLES.into_iter().any(is_set) {
            return Ok(None);
        }
        let cognito = LocalCognito::start()?;
        for (id, scopes) in [
            (READER, &["widgets/read"][..]),
            (WRITER, &["widgets/read", "widgets/write"][..]),
            (RETIRED, &["widgets/read"][..]),
            (OPERATOR, &["widgets/admin"][..]),
        ] {
            cognito.register(LocalClient::new(id).secret(SECRET).scopes(scopes));
        }
        Ok(Some(Self { cognito }))
    }

    /// The local Cognito as the pool, with users of before and client activity; whatever else is set
    /// holds too, and a mistyped variable is a fault here as it is with a pool.
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
        settings
    }

    /// Prints requests to try, with live tokens.
    pub(crate) fn explain(&self, out: &mut impl Write, api: SocketAddr) -> io::Result<()> {
        let issuer = self.cognito.issuer();
        writeln!(
            out,
            "no pool is configured: tokens come from a local Cognito, {issuer}"
        )?;
        writeln!(out)?;
        writeln!(
            out,
            "# For another shell; the tokens are good for {MINUTES} minutes"
        )?;
        for trial in self.trials(api) {
            writeln!(out)?;
            writeln!(out, "# {}: {}", trial.status, trial.shows)?;
            writeln!(out, "curl -i {}", trial.request)?;
        }
        writeln!(out)?;
        writeln!(out, "# Ctrl-C ends the program, and the tokens with it")
    }

    fn trials(&self, api: SocketAddr) -> Vec<Trial> {
        let mut trials = self.guarded(api);
        if !is_set(USER_MAPPING) {
            trials.extend(self.users_of_before(api));
        }
        trials.extend(self.clients(api));
        trials
    }

    fn guarded(&self, api: SocketAddr) -> Vec<Trial> {
        let widgets = format!("http://{api}/widgets");
        // The tokens stand in the lines themselves, so that each line works alone, in any shell.
        let (read, write) = (self.header(READER), self.header(WRITER));
        let gear = r#"-H "Content-Type: application/json" -d '{"name": "gear"}'"#;
        vec![
            Trial {
                status: 201,
                shows: "a token with `widgets/write` adds a widget",
                request: format!("{write} {gear} {widgets}"),
            },
            Trial {
                status: 200,
                shows: "a token with `widgets/read` lists the widgets",
                request: format!("{read} {widgets}"),
            },
            Trial {
                status: 403,
                shows: "it may not add one",
                request: format!("{read} {gear} {widgets}"),
            },
            Trial {
                status: 403,
                shows: "nor pass where both scopes are asked for",
                request: format!("{read} http://{api}/both"),
            },
            Trial {
                status: 200,
                shows: "the group `reporting` lists the reader",
                request: format!("{read} http://{api}/reports"),
            },
            Trial {
                status: 403,
                shows: "and not the writer",
                request: format!("{write} http://{api}/reports"),
            },
            Trial {
                status: 401,
                shows: "without a token nobody knows who calls",
                request: widgets.clone(),
            },
            Trial {
                status: 401,
                shows: "a token that the pool has not signed is as good as none",
                request: format!(r#"-H "Authorization: Bearer a.b.c" {widgets}"#),
            },
            Trial {
                status: 200,
                shows: "who calls, as a handler sees it",
                request: format!("{read} http://{api}/me"),
            },
            Trial {
                status: 200,
                shows: "an open route needs no token",
                request: format!("http://{api}/public"),
            },
            Trial {
                status: 200,
                shows: "a further token, as a calling service asks for it",
                request: format!(
                    "-u {WRITER}:{SECRET} -d grant_type=client_credentials {}",
                    self.cognito.token_url()
                ),
            },
        ]
    }

    fn users_of_before(&self, api: SocketAddr) -> [Trial; 3] {
        let trial = |status, shows, client_id| Trial {
            status,
            shows,
            request: format!("{} http://{api}/legacy", self.header(client_id)),
        };
        [
            trial(200, "the reader was a user before", READER),
            trial(403, "the writer was none", WRITER),
            trial(403, "who was one and is no longer active is none", RETIRED),
        ]
    }

    fn clients(&self, api: SocketAddr) -> [Trial; 3] {
        let list = format!("http://{api}/admin/clients");
        [
            Trial {
                status: 200,
                shows: "who has called, and when, for operators",
                request: format!("{} {list}", self.header(OPERATOR)),
            },
            Trial {
                status: 403,
                shows: "the reader is none",
                request: format!("{} {list}", self.header(READER)),
            },
            Trial {
                status: 200,
                shows: "the same as a page, for a browser on this machine",
                request: format!("http://{api}/clients"),
            },
        ]
    }

    fn header(&self, client_id: &str) -> String {
        let lifetime = Duration::from_secs(MINUTES * 60);
        let token = self.cognito.token(client_id).expires_in(lifetime).sign();
        format!(r#"-H "Authorization: Bearer {token}""#)
    }
}

fn is_set(variable: &str) -> bool {
    env::var_os(variable).is_some()
}
