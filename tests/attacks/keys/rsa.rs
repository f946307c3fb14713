use num_bigint::BigUint;

use super::prime::random_prime;

/// An RSA key with the bare private operation, so that a test can sign any block.
#[derive(Clone)]
pub(crate) struct RsaKey {
    modulus: BigUint,
    exponent: BigUint,
    private_exponent: BigUint,
    primes: [BigUint; 2],
}

impl RsaKey {
    /// Generates a key like those of Cognito: 2048 bits, exponent 65537.
    pub(crate) fn generate_standard() -> Self {
        Self::generate(2048, 65_537)
    }

    /// Generates a key of any size and exponent, including weak ones.
    pub(crate) fn generate(bits: u64, exponent: u32) -> Self {
        let exponent = BigUint::from(exponent);
        loop {
            let primes = [random_prime(bits / 2), random_prime(bits / 2)];
            let [p, q] = &primes;
            let totient = (p - 1_u8) * (q - 1_u8);
            // There is no inverse if the exponent and the totient share a factor.
            if let Some(private_exponent) = exponent.modinv(&totient) {
                return Self {
                    modulus: p * q,
                    exponent,
                    private_exponent,
                    primes,
                };
            }
        }
    }

    /// Returns the modulus.
    pub(crate) fn modulus(&self) -> &BigUint {
        &self.modulus
    }

    /// Returns the public exponent.
    pub(crate) fn exponent(&self) -> &BigUint {
        &self.exponent
    }

    /// Returns the length of the modulus, which is also that of a signature, in bytes.
    pub(crate) fn size(&self) -> usize {
        usize::try_from(self.modulus.bits().div_ceil(8)).expect("a small number of bytes")
    }

    /// Applies the private operation to any `block` (RFC 8017 section 5.2.1).
    pub(crate) fn sign_block(&self, block: &[u8]) -> Vec<u8> {
        let block = BigUint::from_bytes_be(block);
        assert!(
            block < self.modulus,
            "the block is smaller than the modulus"
        );
        let [p, q] = &self.primes;
        let power = |prime: &BigUint| {
            let exponent = &self.private_exponent % (prime - 1_u8);
            (&block % prime).modpow(&exponent, prime)
        };
        let (at_p, at_q) = (power(p), power(q));
        let inverse = q.modinv(p).expect("two different primes");
        let difference = (at_p + p - &at_q % p) % p;
        self.to_bytes(&(at_q + difference * inverse % p * q))
    }

    /// Encodes `number` as big-endian bytes of the length of the modulus.
    pub(crate) fn to_bytes(&self, number: &BigUint) -> Vec<u8> {
        let digits = number.to_bytes_be();
        let mut bytes = vec![0; self.size().saturating_sub(digits.len())];
        bytes.extend(digits);
        bytes
    }
}
