use jsonwebtoken::crypto::aws_lc;
use jsonwebtoken::{Algorithm, EncodingKey};

use super::keys::SigningKey;

/// Who signs a token in the making.
#[derive(Clone)]
pub(super) enum Signer {
    Key(SigningKey),
    Other(Algorithm, EncodingKey),
    Nobody,
}

impl Signer {
    /// The `kid` that goes with the key, where it has one.
    pub(super) fn kid(&self) -> Option<&str> {
        match self {
            Self::Key(key) => Some(key.kid()),
            Self::Other(..) | Self::Nobody => None,
        }
    }

    /// The name that `alg` has for it (RFC 7518, section 3.1).
    pub(super) fn algorithm(&self) -> String {
        match self {
            Self::Key(_) => "RS256".to_owned(),
            Self::Other(algorithm, _) => format!("{algorithm:?}"),
            Self::Nobody => "none".to_owned(),
        }
    }

    pub(super) fn signature(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Key(key) => key.sign_rs256(message),
            // The back end is named here: the process-wide one panics where another crate of the
            // graph has switched on a second.
            Self::Other(algorithm, key) => {
                (aws_lc::DEFAULT_PROVIDER.signer_factory)(algorithm, key)
                    .expect("the key fits the algorithm")
                    .try_sign(message)
                    .expect("the key signs")
            }
            Self::Nobody => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::crypto::{CryptoProvider, KeyUtils};

    use super::*;

    // Stands for what the process-wide back end is where both of jsonwebtoken's are switched on.
    static PANICS: CryptoProvider = CryptoProvider {
        signer_factory: |_, _| panic!("the process-wide back end was asked"),
        verifier_factory: |_, _| panic!("the process-wide back end was asked"),
        key_utils: KeyUtils::new_unimplemented(),
    };

    #[test]
    fn process_wide_back_end_is_never_asked() {
        PANICS.install_default().unwrap();
        let own = SigningKey::generate().unwrap();
        let rsa = Signer::Other(Algorithm::RS256, own.encoding_key());
        assert_eq!(rsa.signature(b"message"), own.sign_rs256(b"message"));
        let hmac = Signer::Other(Algorithm::HS256, EncodingKey::from_secret(b"shared"));
        assert_eq!(hmac.signature(b"message").len(), 32);
    }
}
