use actix_web::Error;
use actix_web::error::{ErrorForbidden, ErrorUnauthorized};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::Deserialize;

/// The claims that the handlers use. The issuer and the expiry are checked by `jsonwebtoken`.
#[derive(Clone, Deserialize)]
pub(crate) struct Claims {
    scope: String,
}

impl Claims {
    /// Returns the scopes of the token.
    pub(crate) fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scope.split(' ')
    }

    /// Checks that the token has the scope that the handler requires.
    pub(crate) fn require_scope(&self) -> Result<(), Error> {
        if self.scopes().any(|scope| scope == "widgets/read") {
            return Ok(());
        }
        Err(ErrorForbidden("the scope is missing"))
    }
}

/// The key and the checks, which are built once.
pub(crate) struct Verification {
    key: DecodingKey,
    validation: Validation,
}

impl Verification {
    pub(crate) fn new(issuer: &str, modulus: &str, exponent: &str) -> Self {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_issuer(&[issuer]);
        validation.set_required_spec_claims(&["exp", "iss"]);
        // Machine tokens of Cognito have no audience.
        validation.validate_aud = false;
        Self {
            key: DecodingKey::from_rsa_components(modulus, exponent).expect("the key is valid"),
            validation,
        }
    }

    /// Returns the claims of a valid token.
    pub(crate) fn claims(&self, token: &str) -> Result<Claims, Error> {
        let verified = decode(token, &self.key, &self.validation);
        let verified = verified.map_err(ErrorUnauthorized)?;
        Ok(verified.claims)
    }
}
