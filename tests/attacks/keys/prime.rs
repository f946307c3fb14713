//! Random primes, for RSA keys of sizes and exponents that crypto libraries refuse to generate.

use std::sync::LazyLock;

use aws_lc_rs::rand;
use num_bigint::BigUint;

/// Returns a random prime of `bits` bits. The product of two such primes has `2 * bits` bits.
pub(crate) fn random_prime(bits: u64) -> BigUint {
    loop {
        let start = random_odd(bits);
        let residues: Vec<u32> = SMALL_PRIMES
            .iter()
            .map(|prime| remainder(&start, *prime))
            .collect();
        // Twenty times the mean distance between primes of 1024 bits.
        for step in (0..14_000).step_by(2) {
            if has_small_factor(&residues, step) {
                continue;
            }
            let candidate = &start + step;
            if is_probably_prime(&candidate) {
                return candidate;
            }
        }
    }
}

static SMALL_PRIMES: LazyLock<Vec<u32>> = LazyLock::new(|| {
    let is_prime = |number: &u32| {
        (3..)
            .step_by(2)
            .take_while(|divisor| divisor * divisor <= *number)
            .all(|divisor| !number.is_multiple_of(divisor))
    };
    (3..4_000).step_by(2).filter(is_prime).collect()
});

fn random_odd(bits: u64) -> BigUint {
    let mut bytes = vec![0; usize::try_from(bits / 8).expect("a small number of bytes")];
    rand::fill(&mut bytes).expect("random bytes of the system");
    let mut number = BigUint::from_bytes_be(&bytes);
    number.set_bit(bits - 1, true);
    number.set_bit(bits - 2, true);
    number.set_bit(0, true);
    number
}

fn remainder(number: &BigUint, divisor: u32) -> u32 {
    u32::try_from(number % divisor).expect("a remainder is smaller than its divisor")
}

fn has_small_factor(residues: &[u32], step: u32) -> bool {
    SMALL_PRIMES
        .iter()
        .zip(residues)
        .any(|(prime, residue)| (residue + step).is_multiple_of(*prime))
}

/// Runs the Miller-Rabin test with fixed bases, which suffices for random candidates.
fn is_probably_prime(candidate: &BigUint) -> bool {
    [2, 3, 5, 7, 11, 13, 17, 19]
        .iter()
        .all(|base| passes_miller_rabin(candidate, *base))
}

fn passes_miller_rabin(candidate: &BigUint, base: u32) -> bool {
    let one = BigUint::from(1_u8);
    let last = candidate - &one;
    let twos = last.trailing_zeros().unwrap_or(0);
    let mut power = BigUint::from(base).modpow(&(&last >> twos), candidate);
    if power == one || power == last {
        return true;
    }
    for _ in 1..twos {
        power = &power * &power % candidate;
        if power == last {
            return true;
        }
    }
    false
}
