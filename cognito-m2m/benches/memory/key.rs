use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognito_m2m::testing::TokenBuilder;
use serde_json::{Value, json};

/// A `kid` of the length of those of Cognito.
const KID: &str = "a2V5IG9mIHRoZSBiZW5jaG1hcmsgb2YgbWVtb3J5Li4=";
const EXPONENT: u32 = 65_537;
const FACTORS: usize = 64;
const MODULUS_BYTES: usize = 256;

/// An RSA key of 2048 bits that signs a token in a fraction of the usual time.
///
/// Its modulus is the product of 64 primes of 32 bits instead of two of 1024 bits, so the expensive
/// exponentiation takes place in machine words (RFC 8017 section 3.2 allows any number of primes). Such
/// a key is worthless as a secret, but verifying its signatures is no different from those of other
/// keys: a verifier sees only the modulus and the exponent.
pub(crate) struct CheapKey {
    primes: Vec<u64>,
    /// The private exponent modulo each prime less one.
    exponents: Vec<u64>,
    /// `inverses[i][j]` is the inverse of prime `j` modulo prime `i`, for `j < i`.
    inverses: Vec<Vec<u64>>,
}

impl CheapKey {
    pub(crate) fn new() -> Self {
        // The product of the largest 64 has exactly 2048 bits.
        let primes: Vec<u64> = (0..=u32::MAX)
            .rev()
            .filter(|number| is_prime(*number) && !(number - 1).is_multiple_of(EXPONENT))
            .take(FACTORS)
            .map(u64::from)
            .collect();
        let exponents = primes.iter().map(|prime| {
            // With e·d = 1 + k(p - 1), k is the inverse of -(p - 1) modulo e, which is a prime too.
            let (e, order) = (u64::from(EXPONENT), prime - 1);
            let k = inverse(e - order % e, e);
            u64::try_from((1 + u128::from(k) * u128::from(order)) / u128::from(e))
                .expect("the exponent is less than the prime")
        });
        let inverses = (0..FACTORS).map(|i| {
            let smaller = primes[..i].iter();
            smaller.map(|prime| inverse(*prime, primes[i])).collect()
        });
        Self {
            exponents: exponents.collect(),
            inverses: inverses.collect(),
            primes,
        }
    }

    pub(crate) fn public_jwk(&self) -> Value {
        let modulus = big_endian(&self.primes, &[0; FACTORS], 1);
        json!({
            "alg": "RS256",
            "e": URL_SAFE_NO_PAD.encode(&EXPONENT.to_be_bytes()[1..]),
            "kid": KID,
            "kty": "RSA",
            "n": URL_SAFE_NO_PAD.encode(modulus),
            "use": "sig",
        })
    }

    /// Returns a token with the claims of the builder and the `kid` of this key.
    pub(crate) fn sign(&self, token: TokenBuilder) -> String {
        let mut token = token.kid(KID).raw_signature("").sign();
        let signing_input = token.strip_suffix('.').expect("the signature is empty");
        let signature = URL_SAFE_NO_PAD.encode(self.signature(signing_input.as_bytes()));
        token.push_str(&signature);
        token
    }

    /// Returns an RS256 signature: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 section 8.2.1).
    fn signature(&self, message: &[u8]) -> [u8; MODULUS_BYTES] {
        let message = encode(digest(&SHA256, message).as_ref());
        let keys = self.primes.iter().zip(&self.exponents);
        let residues: Vec<u64> = keys
            .map(|(prime, exponent)| power(remainder(&message, *prime), *exponent, *prime))
            .collect();
        big_endian(&self.primes, &self.mixed_radix(&residues), 0)
    }

    /// Returns the digits of the number with these residues, where digit `i` counts the product of the
    /// primes before prime `i` (Garner's algorithm).
    fn mixed_radix(&self, residues: &[u64]) -> [u64; FACTORS] {
        let mut digits = [0; FACTORS];
        for (i, prime) in self.primes.iter().enumerate() {
            let known = digits[..i].iter().zip(&self.inverses[i]);
            digits[i] = known.fold(residues[i], |rest, (digit, inverse)| {
                (rest + prime - digit % prime) % prime * inverse % prime
            });
        }
        digits
    }
}

/// Returns the number with these digits, of which digit `i` counts the product of the primes before
/// prime `i`, and `carry` the product of all.
fn big_endian(primes: &[u64], digits: &[u64; FACTORS], carry: u32) -> [u8; MODULUS_BYTES] {
    let mut words = [0_u32; MODULUS_BYTES / 4];
    words[0] = carry;
    for (prime, digit) in primes.iter().zip(digits).rev() {
        let mut carry = *digit;
        for word in &mut words {
            carry += u64::from(*word) * prime;
            *word = carry as u32;
            carry >>= 32;
        }
    }
    let mut bytes = [0; MODULUS_BYTES];
    for (chunk, word) in bytes.chunks_exact_mut(4).zip(words.iter().rev()) {
        chunk.copy_from_slice(&word.to_be_bytes());
    }
    bytes
}

/// Returns the padded digest (RFC 8017 section 9.2).
fn encode(digest: &[u8]) -> [u8; MODULUS_BYTES] {
    const SHA256_PREFIX: [u8; 19] = [
        0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
        0x05, 0x00, 0x04, 0x20,
    ];
    let mut message = [0xff; MODULUS_BYTES];
    let digest_info = [&[0], &SHA256_PREFIX[..], digest].concat();
    message[..2].copy_from_slice(&[0, 1]);
    message[MODULUS_BYTES - digest_info.len()..].copy_from_slice(&digest_info);
    message
}

fn remainder(number: &[u8; MODULUS_BYTES], modulus: u64) -> u64 {
    let words = number.chunks_exact(4);
    words.fold(0, |rest, word| {
        let word = u32::from_be_bytes(word.try_into().expect("a word has four bytes"));
        ((rest << 32) | u64::from(word)) % modulus
    })
}

fn power(base: u64, mut exponent: u64, modulus: u64) -> u64 {
    let (mut square, mut result) = (base, 1);
    while exponent > 0 {
        if exponent % 2 == 1 {
            result = result * square % modulus;
        }
        square = square * square % modulus;
        exponent /= 2;
    }
    result
}

/// Returns the inverse modulo a prime, by Fermat's little theorem.
fn inverse(number: u64, prime: u64) -> u64 {
    power(number % prime, prime - 2, prime)
}

fn is_prime(number: u32) -> bool {
    number % 2 == 1
        && (3..1 << 16)
            .step_by(2)
            .all(|divisor| !number.is_multiple_of(divisor))
}
