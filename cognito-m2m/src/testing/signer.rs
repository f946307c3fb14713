use jsonwebtoken::crypto::aws_lc;
use jsonwebtoken::{Algorithm, EncodingKey};

use super::keys::SigningKey;

/// The signature algorithm of a token, with its key.
#[derive(Clone)]
pub(super) enum Signer {
    Rs256(SigningKey),
    Custom(Algorithm, EncodingKey),
    Unsigned,
}

impl Signer {
    /// Returns the ID of the key, or `None` if it has no ID.
    pub(super) fn kid(&self) -> Option<&str> {
        match self {
            Self::Rs256(key) => Some(key.kid()),
            Self::Custom(..) | Self::Unsigned => None,
        }
    }

    /// Returns the value of `alg` (RFC 7518 section 3.1).
    pub(super) fn algorithm(&self) -> String {
        match self {
            Self::Rs256(_) => "RS256".to_owned(),
            Self::Custom(algorithm, _) => format!("{algorithm:?}"),
            Self::Unsigned => "none".to_owned(),
        }
    }

    pub(super) fn signature(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Rs256(key) => key.sign_rs256(message),
            // jsonwebtoken's process-wide back end panics if another crate in the dependency graph
            // enables a second one, so the back end is chosen explicitly.
            Self::Custom(algorithm, key) => {
                (aws_lc::DEFAULT_PROVIDER.signer_factory)(algorithm, key)
                    .expect("the key fits the algorithm")
                    .try_sign(message)
                    .expect("the key can sign the message")
            }
            Self::Unsigned => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::crypto::{CryptoProvider, KeyUtils};

    use super::*;

    // Behaves like the process-wide back end when both of jsonwebtoken's back ends are enabled.
    static PANICKING_PROVIDER: CryptoProvider = CryptoProvider {
        signer_factory: |_, _| panic!("the process-wide back end was used to sign"),
        verifier_factory: |_, _| panic!("the process-wide back end was used to verify"),
        key_utils: KeyUtils::new_unimplemented(),
    };

    #[test]
    fn process_wide_back_end_is_never_used() {
        PANICKING_PROVIDER.install_default().unwrap();
        let key = SigningKey::generate().unwrap();
        let rsa = Signer::Custom(Algorithm::RS256, key.encoding_key());
        assert_eq!(rsa.signature(b"message"), key.sign_rs256(b"message"));
        let hmac = Signer::Custom(Algorithm::HS256, EncodingKey::from_secret(b"shared"));
        assert_eq!(hmac.signature(b"message").len(), 32);
    }
}
