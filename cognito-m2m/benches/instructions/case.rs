use std::fs;
use std::path::Path;

use crate::{accepted, fixture, refused, token_client, tokens};

/// The number of clients of a case with many tokens.
const MANY_CLIENTS: u32 = 10_000;

/// The file with the tokens of many clients, one per line.
const MANY_TOKENS: &str = "tokens";

/// An operation whose instructions are counted, in a process of its own.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// The number of counted operations, over which the count is averaged.
    pub(crate) iterations: u32,
    pub(crate) needs_many_tokens: bool,
    pub(crate) run: fn(&Inputs<'_>),
}

impl Case {
    pub(crate) const fn new(name: &'static str, iterations: u32, run: fn(&Inputs<'_>)) -> Self {
        Self {
            name,
            iterations,
            needs_many_tokens: false,
            run,
        }
    }

    pub(crate) const fn with_many_tokens(mut self) -> Self {
        self.needs_many_tokens = true;
        self
    }
}

/// The input of a case, from the process that starts it.
pub(crate) struct Inputs<'a> {
    pub(crate) iterations: u32,
    pub(crate) folder: &'a Path,
}

impl Inputs<'_> {
    /// Returns the tokens that [`write_many_tokens`] has written.
    pub(crate) fn many_tokens(&self) -> Vec<String> {
        let text = fs::read_to_string(self.folder.join(MANY_TOKENS)).expect("the tokens are there");
        text.lines().map(str::to_owned).collect()
    }
}

/// Signs the tokens of many clients, which takes too long under valgrind.
pub(crate) fn write_many_tokens(folder: &Path) {
    let tokens: Vec<_> = fixture::tokens_of_clients(MANY_CLIENTS).collect();
    fs::write(folder.join(MANY_TOKENS), tokens.join("\n")).expect("the tokens are written");
}

/// Returns all cases, in the order of the table.
pub(crate) fn all() -> impl Iterator<Item = &'static Case> {
    [
        accepted::CASES,
        refused::CASES,
        tokens::CASES,
        token_client::CASES,
    ]
    .into_iter()
    .flatten()
}
