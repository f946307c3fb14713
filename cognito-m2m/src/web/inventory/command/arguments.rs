//! The arguments of the inventory's program.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt};

use crate::web::inventory::path::Values;

pub(super) const USAGE: &str = "\
usage: PROGRAM <command> [options]

commands:
  list                          print the routes of the app and what they require
      --format <table|markdown|json>            (default: table)
  diff [FILE]                   compare the routes with an earlier list in JSON
                                (default: cognito-routes.json beside Cargo.toml)
      --format <text|markdown>                  (default: text)
  terraform                     print the resource servers of which a rule requires a scope, with the scopes
                                that the rules require and those that `scopes!` defines
      --format <hcl|cloudformation|cli>         (default: hcl)
      --user-pool-id <ID>                       for `cli`
      --existing <FILE>                         keep the names and descriptions in FILE, and warn about scopes
                                                that applying the output deletes
      --resource-server <ID>                    only this resource server (may be repeated)
  drift FILE..                  compare the rules with the scopes and the app clients of a user pool
      --format <text|markdown>                  (default: text)
      --resource-server <ID>                    report unused scopes and clients of this resource server only
                                                (may be repeated)
      --trigger-scope <SCOPE>                   a scope that a Pre token generation trigger adds to every token
                                                (may be repeated)

Applying the output of `terraform` deletes the scopes that it lacks from its resource servers, such as those
that the app only requires in `authorize`. Define them with `scopes!` to keep them.

The files of `drift` and `--existing` are the output of `aws cognito-idp list-resource-servers`, a JSON list
of scopes, or for `drift` also the output of `aws cognito-idp describe-user-pool-client`.

options of every command:
  --path-parameter <NAME=VALUE>  the value of a path parameter (may be repeated)
  -h, --help                     print this text

exit codes: 0 success, 1 `diff` or `drift` found a difference, 2 failure
";

/// The command and the options of the program.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Arguments {
    pub(super) command: Command,
    pub(super) values: Values,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command {
    Help,
    List(ListFormat),
    Diff {
        file: Option<PathBuf>,
        format: ReportFormat,
    },
    Terraform {
        format: ScopesFormat,
        user_pool_id: Option<String>,
        existing: Vec<PathBuf>,
        resource_servers: Vec<String>,
    },
    Drift {
        files: Vec<PathBuf>,
        format: ReportFormat,
        resource_servers: Vec<String>,
        trigger_scopes: Vec<String>,
    },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ListFormat {
    #[default]
    Table,
    Markdown,
    Json,
}

/// The format of differences and findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ReportFormat {
    #[default]
    Text,
    Markdown,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ScopesFormat {
    #[default]
    Hcl,
    CloudFormation,
    Cli,
}

impl Arguments {
    /// Parses the arguments after the name of the program.
    ///
    /// # Errors
    ///
    /// Returns a text that names the argument and what was expected.
    pub(super) fn parse(
        arguments: impl IntoIterator<Item = OsString>,
    ) -> Result<Self, lexopt::Error> {
        let mut options = Options::default();
        let mut parser = Parser::from_args(arguments);
        while options.take_next(&mut parser)? {}
        options.finish()
    }
}

/// The arguments that were found, in any order.
#[derive(Default)]
struct Options {
    is_help: bool,
    command: Option<String>,
    files: Vec<PathBuf>,
    format: Option<String>,
    user_pool_id: Option<String>,
    existing: Vec<PathBuf>,
    resource_servers: Vec<String>,
    trigger_scopes: Vec<String>,
    values: Values,
}

impl Options {
    /// Takes the next argument. Returns `false` at the end.
    fn take_next(&mut self, parser: &mut Parser) -> Result<bool, lexopt::Error> {
        let Some(argument) = parser.next()? else {
            return Ok(false);
        };
        match argument {
            Arg::Short('h') | Arg::Long("help") => self.is_help = true,
            Arg::Long("format") => self.format = Some(parser.value()?.string()?),
            Arg::Long("user-pool-id") => self.user_pool_id = Some(parser.value()?.string()?),
            Arg::Long("existing") => self.existing.push(parser.value()?.into()),
            Arg::Long("resource-server") => self.resource_servers.push(parser.value()?.string()?),
            Arg::Long("trigger-scope") => self.trigger_scopes.push(parser.value()?.string()?),
            Arg::Long("path-parameter") => {
                let pair = parser.value()?.string()?;
                let Some((name, value)) = pair.split_once('=') else {
                    return Err(
                        format!("expected `--path-parameter NAME=VALUE`, found {pair:?}").into(),
                    );
                };
                self.values.insert(name.to_owned(), value.to_owned());
            }
            Arg::Value(value) if self.command.is_none() => self.command = Some(value.string()?),
            Arg::Value(value) => self.files.push(value.into()),
            other => return Err(other.unexpected()),
        }
        Ok(true)
    }

    fn finish(mut self) -> Result<Arguments, lexopt::Error> {
        let values = std::mem::take(&mut self.values);
        let command = match self.command.as_deref() {
            _ if self.is_help => {
                return Ok(Arguments {
                    command: Command::Help,
                    values,
                });
            }
            Some("help") => Command::Help,
            Some("list") => Command::List(self.list_format()?),
            Some("diff") => Command::Diff {
                format: self.report_format()?,
                file: (!self.files.is_empty()).then(|| self.files.remove(0)),
            },
            Some("terraform") => Command::Terraform {
                format: self.scopes_format()?,
                user_pool_id: self.user_pool_id.take(),
                existing: std::mem::take(&mut self.existing),
                resource_servers: std::mem::take(&mut self.resource_servers),
            },
            Some("drift") => Command::Drift {
                format: self.report_format()?,
                files: std::mem::take(&mut self.files),
                resource_servers: std::mem::take(&mut self.resource_servers),
                trigger_scopes: std::mem::take(&mut self.trigger_scopes),
            },
            Some(other) => {
                return Err(format!(
                    "expected `list`, `diff`, `terraform` or `drift`, found {other:?}"
                )
                .into());
            }
            None => return Err("expected a command: `list`, `diff`, `terraform` or `drift`".into()),
        };
        if command == Command::Help {
            return Ok(Arguments { command, values });
        }
        self.reject_rest(&command)?;
        Ok(Arguments { command, values })
    }

    /// Fails if an argument does not belong to the command.
    fn reject_rest(&self, command: &Command) -> Result<(), lexopt::Error> {
        if let Some(file) = self.files.first() {
            return Err(format!("unexpected argument {file:?}").into());
        }
        if self.user_pool_id.is_some() {
            return Err("`--user-pool-id` is an option of `terraform --format cli`".into());
        }
        if !self.existing.is_empty() {
            return Err("`--existing` is an option of `terraform`".into());
        }
        if !self.resource_servers.is_empty() {
            return Err("`--resource-server` is an option of `terraform` and `drift`".into());
        }
        if !self.trigger_scopes.is_empty() {
            return Err("`--trigger-scope` is an option of `drift`".into());
        }
        match command {
            Command::Drift { files, .. } if files.is_empty() => {
                Err("expected a file with the output of `aws cognito-idp list-resource-servers`".into())
            }
            Command::Terraform {
                format: ScopesFormat::Cli,
                user_pool_id: None,
                ..
            } => Err("expected `--user-pool-id ID` with `--format cli`".into()),
            Command::Terraform {
                format: ScopesFormat::Hcl | ScopesFormat::CloudFormation,
                user_pool_id: Some(_),
                ..
            } => Err("`--user-pool-id` is an option of `--format cli`: the other formats have a parameter \
                      for it"
                .into()),
            _ => Ok(()),
        }
    }

    fn list_format(&self) -> Result<ListFormat, lexopt::Error> {
        self.one_of(&[
            ("table", ListFormat::Table),
            ("markdown", ListFormat::Markdown),
            ("json", ListFormat::Json),
        ])
    }

    fn report_format(&self) -> Result<ReportFormat, lexopt::Error> {
        self.one_of(&[
            ("text", ReportFormat::Text),
            ("markdown", ReportFormat::Markdown),
        ])
    }

    fn scopes_format(&self) -> Result<ScopesFormat, lexopt::Error> {
        self.one_of(&[
            ("hcl", ScopesFormat::Hcl),
            ("cloudformation", ScopesFormat::CloudFormation),
            ("cli", ScopesFormat::Cli),
        ])
    }

    /// Returns the format with the given name, or the default one.
    fn one_of<T: Copy + Default>(&self, formats: &[(&str, T)]) -> Result<T, lexopt::Error> {
        let Some(name) = &self.format else {
            return Ok(T::default());
        };
        let found = formats.iter().find(|(known, _)| known == name);
        found.map(|(_, format)| *format).ok_or_else(|| {
            let known: Vec<_> = formats.iter().map(|(known, _)| *known).collect();
            format!("expected `--format {}`, found {name:?}", known.join("|")).into()
        })
    }
}

#[cfg(test)]
mod tests;
