use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;

use cognito_m2m::testing::{LocalCognito, TokenBuilder};

use crate::scenarios::Scenario;

/// The requests that a server gets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Load {
    NoToken,
    OneToken,
    ThousandTokens,
    HundredThousandTokens,
    ExpiredToken,
    ForgedSignature,
    MissingScope,
}

impl Load {
    /// Returns the load that consists of as many requests of the same length and is not refused for its
    /// token.
    pub(crate) fn equal_in_bytes(self) -> Self {
        match self {
            Self::ExpiredToken | Self::ForgedSignature | Self::MissingScope => Self::OneToken,
            other => other,
        }
    }
}

/// The bytes of one or more requests.
pub(crate) type Requests = Arc<Vec<Box<[u8]>>>;

/// Returns the requests of all loads that the scenarios need. Every token belongs to another client.
pub(crate) fn prepare(
    cognito: &LocalCognito,
    scenarios: &[&'static Scenario],
) -> BTreeMap<Load, Requests> {
    let mut loads = BTreeMap::new();
    for scenario in scenarios {
        loads
            .entry(scenario.load)
            .or_insert_with(|| Arc::new(requests(cognito, scenario.load)));
    }
    // Only then are the ratios those of the guard alone.
    let length = |load| loads.get(&load).map(|it: &Requests| it[0].len());
    for load in loads.keys() {
        let (refused, bare) = (length(*load), length(load.equal_in_bytes()));
        assert_eq!(refused, bare, "requests differ in length");
    }
    loads
}

fn requests(cognito: &LocalCognito, load: Load) -> Vec<Box<[u8]>> {
    let first = client(0);
    let token = || cognito.token(&first);
    match load {
        Load::NoToken => vec![request("")],
        Load::OneToken => vec![with_token(&valid(cognito, 0).sign())],
        Load::ThousandTokens => many(cognito, 1_000),
        Load::HundredThousandTokens => many(cognito, 100_000),
        Load::ExpiredToken => vec![with_token(&token().scope(SCOPES).expired().sign())],
        Load::MissingScope => vec![with_token(&token().scope(OTHER_SCOPES).sign())],
        Load::ForgedSignature => {
            let other = token().scope(OTHER_SCOPES).sign();
            let (_, signature) = other.rsplit_once('.').expect("the token has three parts");
            let forged = valid(cognito, 0).raw_signature(signature).sign();
            vec![with_token(&forged)]
        }
    }
}

/// Scopes that result in a token of about 900 bytes, and include that of the handlers.
const SCOPES: &str = "widgets/read widgets/write reports/read inventory/read";

/// Scopes of the same length, without that of the handlers.
const OTHER_SCOPES: &str = "widgets/list widgets/write reports/read inventory/read";

/// Returns the ID of a client.
pub(crate) fn client(number: usize) -> String {
    format!("7k2m9f3qexample1h2j{number:07}")
}

fn valid(cognito: &LocalCognito, number: usize) -> TokenBuilder {
    cognito.token(&client(number)).scope(SCOPES)
}

/// Signs on all cores, because a signature takes about a millisecond.
fn many(cognito: &LocalCognito, count: usize) -> Vec<Box<[u8]>> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let numbers: Vec<usize> = (0..count).collect();
    let sign = |numbers: &[usize]| -> Vec<_> {
        let signed = numbers.iter().map(|number| valid(cognito, *number).sign());
        signed.map(|token| with_token(&token)).collect()
    };
    thread::scope(|scope| {
        let chunks = numbers.chunks(count.div_ceil(threads));
        let threads: Vec<_> = chunks
            .map(|chunk| scope.spawn(move || sign(chunk)))
            .collect();
        let signed = threads
            .into_iter()
            .map(|it| it.join().expect("the tokens are signed"));
        signed.flatten().collect()
    })
}

fn with_token(token: &str) -> Box<[u8]> {
    request(&format!("Authorization: Bearer {token}\r\n"))
}

fn request(header: &str) -> Box<[u8]> {
    let text = format!("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n{header}\r\n");
    text.into_bytes().into()
}
