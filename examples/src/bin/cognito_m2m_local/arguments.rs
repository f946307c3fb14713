//! The command line.

use std::{ffi::OsString, path::PathBuf};

use crate::token::TokenRequest;

/// The file that the commands read without `--config`.
const DEFAULT_CONFIG: &str = "clients.toml";

pub(crate) const USAGE: &str = "\
Usage:
  cognito-m2m-local serve [--config FILE]
  cognito-m2m-local token CLIENT [SCOPE..] [--any] [--config FILE]
  cognito-m2m-local help

Commands:
  serve  Serves a local Cognito until Ctrl-C or SIGTERM
  token  Prints a token of a client, by default with all its scopes

Options:
  --config FILE  The file of clients, by default clients.toml
  --any          Allows clients and scopes that are not in the file
";

/// A command with its arguments.
#[derive(Debug, PartialEq)]
pub(crate) enum Command {
    Help,
    Serve {
        config: PathBuf,
    },
    Token {
        config: PathBuf,
        request: TokenRequest,
    },
}

/// The error returned for invalid arguments.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum InvalidArguments {
    #[error("expected a command: `serve`, `token` or `help`")]
    NoCommand,
    #[error("unknown command `{0}`: expected `serve`, `token` or `help`")]
    UnknownCommand(String),
    #[error("unknown option `{0}`")]
    UnknownOption(String),
    #[error("`--config` is given twice")]
    RepeatedConfig,
    #[error("expected a file after `--config`")]
    NoFile,
    #[error("`serve` has no argument `{0}`")]
    ArgumentOfServe(String),
    #[error("expected the ID of a client after `token`")]
    NoClient,
    #[error("expected arguments in UTF-8")]
    NotUnicode,
}

/// Parses the arguments, without the name of the program.
pub(crate) fn parse(
    arguments: impl IntoIterator<Item = OsString>,
) -> Result<Command, InvalidArguments> {
    let parsed = Arguments::read(arguments.into_iter())?;
    if parsed.help {
        return Ok(Command::Help);
    }
    let config = parsed.config.unwrap_or_else(|| DEFAULT_CONFIG.into());
    let mut words = parsed.words.into_iter();
    match words.next().as_deref() {
        None => Err(InvalidArguments::NoCommand),
        Some("help") => Ok(Command::Help),
        Some("serve") => match words.next() {
            Some(word) => Err(InvalidArguments::ArgumentOfServe(word)),
            None if parsed.any => Err(InvalidArguments::ArgumentOfServe("--any".to_owned())),
            None => Ok(Command::Serve { config }),
        },
        Some("token") => {
            let request = TokenRequest {
                client: words.next().ok_or(InvalidArguments::NoClient)?,
                // An argument may contain several, as in `COGNITO_M2M_CLIENT_SCOPES`.
                scopes: words
                    .flat_map(|word| word.split(' ').map(str::to_owned).collect::<Vec<_>>())
                    .filter(|scope| !scope.is_empty())
                    .collect(),
                any: parsed.any,
            };
            Ok(Command::Token { config, request })
        }
        Some(word) => Err(InvalidArguments::UnknownCommand(word.to_owned())),
    }
}

/// The options, and the other arguments in their order.
#[derive(Default)]
struct Arguments {
    words: Vec<String>,
    config: Option<PathBuf>,
    any: bool,
    help: bool,
}

impl Arguments {
    fn read(mut arguments: impl Iterator<Item = OsString>) -> Result<Self, InvalidArguments> {
        let mut read = Self::default();
        let mut only_words = false;
        while let Some(argument) = arguments.next() {
            let argument = argument
                .into_string()
                .map_err(|_| InvalidArguments::NotUnicode)?;
            match argument.as_str() {
                _ if only_words || !argument.starts_with('-') => read.words.push(argument),
                "--" => only_words = true,
                "--help" | "-h" => read.help = true,
                "--any" => read.any = true,
                "--config" => read.set_config(arguments.next().unwrap_or_default())?,
                option => match option.strip_prefix("--config=") {
                    Some(file) => read.set_config(file.into())?,
                    None => return Err(InvalidArguments::UnknownOption(argument)),
                },
            }
        }
        Ok(read)
    }

    fn set_config(&mut self, file: OsString) -> Result<(), InvalidArguments> {
        if file.is_empty() {
            return Err(InvalidArguments::NoFile);
        }
        match self.config.replace(file.into()) {
            None => Ok(()),
            Some(_) => Err(InvalidArguments::RepeatedConfig),
        }
    }
}
