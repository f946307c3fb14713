use std::time::Instant;

use actix_web::dev::Service;
use actix_web::test::TestRequest;
use actix_web::{App, rt, test, web};
use cognito_m2m::require_scopes;

use super::tokens::{Kind, Tokens};
use super::{authentication, resident};

/// The number of times that a flood's memory is read.
const SAMPLES: usize = 10;

/// Distinct tokens, one after the other.
pub(crate) struct Flood {
    pub name: &'static str,
    kind: Kind,
    receiver: Receiver,
}

#[derive(Clone, Copy)]
enum Receiver {
    /// `CognitoAuth::validate_token`.
    Validator,
    /// The middleware and a guarded handler of an app, in one worker. Each token is sent twice in a row,
    /// because a worker keeps only tokens that it sees for the second time.
    App,
}

impl Flood {
    pub(crate) const ALL: [Self; 8] = [
        Self::new("valid", Kind::Valid, Receiver::Validator),
        Self::new("valid, to an app", Kind::Valid, Receiver::App),
        Self::new("forged", Kind::Forged, Receiver::Validator),
        Self::new("unknown key", Kind::UnknownKey, Receiver::Validator),
        Self::new("foreign issuer", Kind::ForeignIssuer, Receiver::Validator),
        Self::new("malformed", Kind::Malformed, Receiver::Validator),
        Self::new("mixed", Kind::Mixed, Receiver::Validator),
        Self::new("mixed, to an app", Kind::Mixed, Receiver::App),
    ];

    const fn new(name: &'static str, kind: Kind, receiver: Receiver) -> Self {
        Self {
            name,
            kind,
            receiver,
        }
    }

    /// Sends the tokens, and prints the resident memory along the way.
    pub(crate) fn run(&self, number: usize) {
        rt::System::new().block_on(async {
            let tokens = Tokens::new();
            let auth = authentication(&tokens).await;
            match self.receiver {
                Receiver::Validator => {
                    let accepts = async |token: String| auth.validate_token(&token).await.is_ok();
                    self.send(&tokens, number, accepts).await;
                }
                Receiver::App => {
                    let app = App::new().wrap(auth).route("/", web::get().to(guarded));
                    let app = test::init_service(app).await;
                    let is_success = async |token: &str| {
                        let response = app.call(bearer(token).to_request()).await;
                        response.is_ok_and(|response| response.status().is_success())
                    };
                    let accepts = async |token: String| {
                        let is_accepted = is_success(&token).await;
                        assert_eq!(is_success(&token).await, is_accepted, "the same token");
                        is_accepted
                    };
                    self.send(&tokens, number, accepts).await;
                }
            }
        });
    }

    async fn send(&self, tokens: &Tokens, number: usize, accepts: impl AsyncFn(String) -> bool) {
        let started = Instant::now();
        let mut samples = Vec::with_capacity(SAMPLES);
        let before = resident::current();
        let mut accepted = 0;
        for sample in 0..SAMPLES {
            for position in sample * number / SAMPLES..(sample + 1) * number / SAMPLES {
                let token = tokens.token(self.kind, position);
                accepted += usize::from(accepts(token).await);
            }
            samples.push(resident::current());
        }
        let expected = match self.kind {
            Kind::Valid => number,
            Kind::Mixed => number.div_ceil(Kind::MIXED.len()),
            _ => 0,
        };
        assert_eq!(accepted, expected, "{}: accepted tokens", self.name);
        let growth = *samples.iter().max().expect("there are samples") as f64 / samples[0] as f64;
        print!("| {} | {number} | {} |", self.name, mebibytes(before));
        for sample in samples {
            print!(" {}", mebibytes(sample));
        }
        println!(
            " | {} | {:+.1} % | {:.0} s | {} |",
            mebibytes(resident::peak()),
            100.0 * (growth - 1.0),
            started.elapsed().as_secs_f64(),
            tokens.cognito().jwks_requests(),
        );
    }
}

/// Prints the head of the table of floods.
pub(crate) fn print_head() {
    println!(
        "\nresident memory in MiB; growth is from the first tenth of the tokens to the largest sample:"
    );
    println!(
        "| flood | tokens | before | after each tenth | peak | growth | time | key requests |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
}

fn mebibytes(kibibytes: u64) -> String {
    format!("{:.1}", kibibytes as f64 / 1024.0)
}

#[require_scopes("widgets/read")]
pub(crate) async fn guarded() -> &'static str {
    "ok"
}

/// Returns a request with this token.
pub(crate) fn bearer(token: &str) -> TestRequest {
    TestRequest::get().insert_header(("Authorization", format!("Bearer {token}")))
}
