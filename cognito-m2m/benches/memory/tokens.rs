use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognito_m2m::testing::{LocalCognito, TokenBuilder};

use super::key::CheapKey;

/// Scopes that result in a token of about 900 bytes.
const SCOPES: [&str; 4] = [
    "widgets/read",
    "widgets/write",
    "reports/read",
    "inventory/read",
];

/// A source of tokens of which no two are equal.
pub(crate) struct Tokens {
    cognito: LocalCognito,
    key: CheapKey,
}

/// The validity of the tokens of a flood.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Valid,
    Forged,
    UnknownKey,
    ForeignIssuer,
    Malformed,
    Mixed,
}

impl Kind {
    /// The kinds that alternate in a mixed flood.
    pub(crate) const MIXED: [Self; 5] = [
        Self::Valid,
        Self::Forged,
        Self::UnknownKey,
        Self::ForeignIssuer,
        Self::Malformed,
    ];
}

impl Tokens {
    pub(crate) fn new() -> Self {
        let cognito = LocalCognito::start().expect("the local Cognito starts");
        let key = CheapKey::new();
        cognito.add_jwk(key.public_jwk());
        Self { cognito, key }
    }

    pub(crate) fn cognito(&self) -> &LocalCognito {
        &self.cognito
    }

    /// Returns a token of this kind. Each of a thousand clients gets the same share of the tokens.
    pub(crate) fn token(&self, kind: Kind, number: usize) -> String {
        let token = self.builder(number).scopes(SCOPES);
        match kind {
            Kind::Valid => self.key.sign(token),
            Kind::Forged => {
                let signed = self.key.sign(token);
                let (signing_input, _) =
                    signed.rsplit_once('.').expect("the token has three parts");
                // Less than the modulus, so that only the verification finds it.
                let forged: [u8; 256] = std::array::from_fn(|byte| match byte {
                    0 => 0,
                    _ => fastrand::u8(..),
                });
                format!("{signing_input}.{}", URL_SAFE_NO_PAD.encode(forged))
            }
            Kind::UnknownKey => self.unsigned(token.kid(format!("{:032x}", fastrand::u128(..)))),
            Kind::ForeignIssuer => {
                let issuer = format!("https://{number}.evil.example/us-east-1_Example01");
                self.unsigned(token.claim("iss", issuer))
            }
            Kind::Malformed => self.malformed(token, number),
            Kind::Mixed => self.token(Kind::MIXED[number % Kind::MIXED.len()], number),
        }
    }

    /// Returns a valid token with this number of scopes, at least four.
    pub(crate) fn with_scopes(&self, number: usize, scopes: usize) -> String {
        let others = (SCOPES.len()..scopes).map(|scope| format!("service-{scope:02}/read"));
        let scopes = SCOPES.into_iter().map(str::to_owned).chain(others);
        self.key.sign(self.builder(number).scopes(scopes))
    }

    fn builder(&self, number: usize) -> TokenBuilder {
        let client_id = format!("7k2m9f3qexample1h2j3k4l{:03}", number % 1000);
        self.cognito.token(&client_id)
    }

    /// Returns a token with random bytes as the signature, which is never looked at.
    fn unsigned(&self, token: TokenBuilder) -> String {
        let signature: [u8; 256] = std::array::from_fn(|_| fastrand::u8(..));
        token
            .raw_signature(URL_SAFE_NO_PAD.encode(signature))
            .sign()
    }

    fn malformed(&self, token: TokenBuilder, number: usize) -> String {
        let token = self.unsigned(token);
        // `fastrand` instead of the number, which `Mixed` has already used to choose the kind.
        match fastrand::u8(0..6) {
            0 => token.replace('.', "-"),
            1 => token[..token.len() / 2].to_owned(),
            2 => format!("{token}={number}"),
            3 => format!("{}.{number}", URL_SAFE_NO_PAD.encode("{\"alg\":")),
            4 => token.replacen('.', &format!("{number}."), 1),
            _ => format!("{token}{}", ".AAAA".repeat(number % 3_000)),
        }
    }
}
