use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use actix_web::web::ServiceConfig;

use super::arguments::{Arguments, Command, ListFormat, ReportFormat, ScopesFormat, USAGE};
use crate::error_chain::chain;
use crate::inventory::{ExistingUserPool, Inventory, RoutesFile, UserPoolResourceServers};
use crate::policy::ResourceServers;
use crate::web::inventory::AppRoutes;

/// The exit code of `diff` and `drift` if there is a difference, as of `diff`.
const DIFFERENT: u8 = 1;
const FAILED: u8 = 2;

type AnyError = Box<dyn Error>;

/// Runs the program of an app's inventory: prints the routes, compares them with an earlier list, and prints
/// or compares the scopes of the user pool.
///
/// It reads the arguments of the process. Only a program that links the handlers of an app can list them, so
/// each application has a program of its own: an example of its package, whose dependencies are
/// `dev-dependencies`.
///
/// # Examples
///
/// ```no_run
/// // examples/inventory.rs
/// use std::process::ExitCode;
///
/// # mod my_api { pub fn routes(_: &mut actix_web::web::ServiceConfig) {} }
/// fn main() -> ExitCode {
///     cognito_m2m::inventory::main(my_api::routes)
/// }
/// ```
///
/// # Commands
///
/// | command | what it prints |
/// | --- | --- |
/// | `list [--format table\|markdown\|json]` | the routes of the app, and what each requires |
/// | `diff [FILE] [--format text\|markdown]` | the changes since an earlier list in JSON, which is `cognito-routes.json` by default |
/// | `terraform [--format hcl\|cloudformation\|cli] [--existing FILE] [--resource-server ID]` | the resource servers of which a rule requires a scope, with the scopes that the rules require and those that `scopes!` defines |
/// | `drift FILE.. [--format text\|markdown] [--resource-server ID] [--trigger-scope SCOPE]` | the differences between the rules and a user pool |
///
/// Applying the output of `terraform` deletes the scopes that it lacks from its resource servers, such as those
/// that the app only requires in [`authorize`](crate::ServicePrincipal::authorize). Define them with
/// [`scopes!`](macro@crate::scopes) to keep them. With `--existing`, which reads the same files as `drift`, a warning
/// names each such scope.
///
/// `--resource-server` limits `terraform` to this resource server, and `drift` as
/// [`ExistingUserPool::for_resource_servers`] does. `--trigger-scope` names a scope that a Pre token generation
/// trigger adds, see [`ExistingUserPool::with_trigger_scopes`]. Both may be repeated.
///
/// `--help` prints all options. The exit code is 0 on success, 1 if `diff` or `drift` finds a difference, and 2
/// on failure.
///
/// A handler without a guard runs, see [`AppRoutes`].
pub fn main(configure: impl Fn(&mut ServiceConfig) + Send + Sync) -> ExitCode {
    let arguments = match Arguments::parse(env::args_os().skip(1)) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Nothing is left to do if standard error is closed.
            let _ = write!(io::stderr(), "error: {error}\n\n{USAGE}");
            return ExitCode::from(FAILED);
        }
    };
    // Not locked, since handlers and subscribers on another thread may print too.
    match run(arguments, configure, &mut io::stdout()) {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {}", chain(&*error));
            ExitCode::from(FAILED)
        }
    }
}

fn run(
    Arguments { command, values }: Arguments,
    configure: impl Fn(&mut ServiceConfig) + Send + Sync,
    out: &mut impl Write,
) -> Result<ExitCode, AnyError> {
    let mut routes = AppRoutes::new(configure);
    for (name, value) in values {
        routes = routes.path_parameter(name, value);
    }
    let (text, is_different) = match command {
        Command::Help => (USAGE.to_owned(), false),
        Command::List(format) => (list(&routes.list()?, format), false),
        Command::Diff { file, format } => diff(&routes.list()?, file, format)?,
        Command::Terraform {
            format,
            user_pool_id,
            existing,
            resource_servers,
        } => {
            let existing = read_existing(&existing)?;
            let servers = routes.list()?.resource_servers()?;
            let servers = limited(servers, resource_servers)?.with_existing_texts(&existing);
            (scopes(&servers, format, user_pool_id.as_deref()), false)
        }
        Command::Drift {
            files,
            format,
            resource_servers,
            trigger_scopes,
        } => {
            let mut existing = read_existing(&files)?.with_trigger_scopes(trigger_scopes)?;
            if !resource_servers.is_empty() {
                existing = existing.for_resource_servers(ResourceServers::new(resource_servers)?);
            }
            let drift = routes.list()?.drift(&existing);
            let text = match format {
                ReportFormat::Text => drift.to_string(),
                ReportFormat::Markdown => drift.to_markdown(),
            };
            (text, !drift.is_empty())
        }
    };
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(match is_different {
        true => ExitCode::from(DIFFERENT),
        false => ExitCode::SUCCESS,
    })
}

fn list(inventory: &Inventory, format: ListFormat) -> String {
    match format {
        ListFormat::Table => inventory.to_table(),
        ListFormat::Markdown => inventory.to_markdown(),
        ListFormat::Json => inventory.to_json(),
    }
}

fn diff(
    inventory: &Inventory,
    file: Option<PathBuf>,
    format: ReportFormat,
) -> Result<(String, bool), AnyError> {
    let changes = inventory.changes_since(&read_earlier(file)?);
    let text = match format {
        ReportFormat::Text => changes.to_string(),
        ReportFormat::Markdown => changes.to_markdown(),
    };
    Ok((text, !changes.is_empty()))
}

/// Reads an earlier list: the routes file of the package, or another file.
fn read_earlier(file: Option<PathBuf>) -> Result<Inventory, AnyError> {
    let Some(path) = file else {
        return Ok(RoutesFile::of_package().read()?);
    };
    let failed = |cause: String| {
        let path = path.display();
        format!("failed to read `{path}` (expected the output of `list --format json`): {cause}")
    };
    let text = fs::read_to_string(&path).map_err(|error| failed(error.to_string()))?;
    Ok(Inventory::from_json(&text).map_err(|error| failed(chain(&error)))?)
}

/// Limits the resource servers to those of the list, if it is not empty.
fn limited(
    servers: UserPoolResourceServers,
    identifiers: Vec<String>,
) -> Result<UserPoolResourceServers, AnyError> {
    let is_known = |identifier: &&String| {
        let mut servers = servers.iter();
        servers.any(|server| server.identifier == **identifier)
    };
    if let Some(unknown) = identifiers.iter().find(|identifier| !is_known(identifier)) {
        return Err(format!("no rule requires a scope of the resource server `{unknown}`").into());
    }
    if identifiers.is_empty() {
        return Ok(servers);
    }
    Ok(servers.for_resource_servers(&ResourceServers::new(identifiers)?))
}

fn scopes(
    servers: &UserPoolResourceServers,
    format: ScopesFormat,
    user_pool_id: Option<&str>,
) -> String {
    for warning in servers.warnings() {
        let _ = writeln!(io::stderr(), "warning: {warning}");
    }
    match format {
        ScopesFormat::Hcl => servers.to_terraform(),
        ScopesFormat::CloudFormation => servers.to_cloudformation(),
        ScopesFormat::Cli => servers.to_cli_json(user_pool_id.unwrap_or_default()),
    }
}

fn read_existing(files: &[PathBuf]) -> Result<ExistingUserPool, AnyError> {
    let mut existing = ExistingUserPool::default();
    for file in files {
        let read = fs::read_to_string(file);
        let text = read.map_err(|error| format!("failed to read `{}`: {error}", file.display()))?;
        existing = existing
            .with_json(&text)
            .map_err(|error| format!("`{}`: {}", file.display(), chain(&error)))?;
    }
    Ok(existing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resource_servers_are_limited_to_known_ones() {
        let servers = || {
            let scopes = [("a/x", ""), ("b/x", "")];
            UserPoolResourceServers::from_scopes(scopes).expect("valid scopes")
        };
        for (identifiers, expected) in [
            (vec![], Ok(2)),
            (vec!["b"], Ok(1)),
            (vec!["a", "b"], Ok(2)),
            (
                vec!["a", "c"],
                Err("no rule requires a scope of the resource server `c`".to_owned()),
            ),
        ] {
            let identifiers = identifiers.into_iter().map(str::to_owned).collect();
            let limited = limited(servers(), identifiers);
            let count = limited.map(|servers| servers.iter().count());
            assert_eq!(count.map_err(|error| error.to_string()), expected);
        }
    }
}
