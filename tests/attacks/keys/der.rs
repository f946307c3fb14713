//! The file formats of an RSA public key, and the DER encoding that they need.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use num_bigint::BigUint;

use super::rsa::RsaKey;

pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(crate) const OCTET_STRING: u8 = 0x04;
/// A whole `NULL` element.
pub(crate) const NULL: [u8; 2] = [0x05, 0x00];

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const UTF8_STRING: u8 = 0x0c;
const SET: u8 = 0x31;
const UTC_TIME: u8 = 0x17;
const RSA_ENCRYPTION: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const SHA256_WITH_RSA: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
const COMMON_NAME: [u8; 3] = [0x55, 0x04, 0x03];

/// Encodes one element: tag, shortest form of the length, contents.
pub(crate) fn element(tag: u8, contents: &[&[u8]]) -> Vec<u8> {
    let contents = contents.concat();
    let mut element = vec![tag];
    match u8::try_from(contents.len()) {
        Ok(short) if short < 0x80 => element.push(short),
        Ok(long) => element.extend([0x81, long]),
        Err(_) => {
            let length = u16::try_from(contents.len()).expect("contents of less than 64 KiB");
            element.push(0x82);
            element.extend(length.to_be_bytes());
        }
    }
    element.extend(contents);
    element
}

/// Encodes an `RSAPublicKey` (RFC 8017 appendix A.1.1).
pub(crate) fn pkcs1_public_key(key: &RsaKey) -> Vec<u8> {
    let [n, e] = [key.modulus(), key.exponent()].map(integer);
    element(SEQUENCE, &[&n, &e])
}

/// Encodes a `SubjectPublicKeyInfo` (RFC 5280 section 4.1).
pub(crate) fn subject_public_key_info(key: &RsaKey) -> Vec<u8> {
    let bits = element(BIT_STRING, &[&[0], &pkcs1_public_key(key)]);
    element(SEQUENCE, &[&algorithm(&RSA_ENCRYPTION), &bits])
}

/// Encodes a self-signed certificate of `key` (X.509 version 1).
pub(crate) fn self_signed_certificate(
    key: &RsaKey,
    sign: impl FnOnce(&[u8]) -> Vec<u8>,
) -> Vec<u8> {
    let common_name = element(
        SEQUENCE,
        &[
            &element(OBJECT_IDENTIFIER, &[&COMMON_NAME]),
            &element(UTF8_STRING, &[b"attacker"]),
        ],
    );
    let name = element(SEQUENCE, &[&element(SET, &[&common_name])]);
    let validity = element(
        SEQUENCE,
        &[
            &element(UTC_TIME, &[b"200101000000Z"]),
            &element(UTC_TIME, &[b"491231235959Z"]),
        ],
    );
    let certificate = element(
        SEQUENCE,
        &[
            &integer(&BigUint::from(1_u8)),
            &algorithm(&SHA256_WITH_RSA),
            &name,
            &validity,
            &name,
            &subject_public_key_info(key),
        ],
    );
    let signature = element(BIT_STRING, &[&[0], &sign(&certificate)]);
    element(
        SEQUENCE,
        &[&certificate, &algorithm(&SHA256_WITH_RSA), &signature],
    )
}

/// Encodes DER as PEM (RFC 7468), with a line feed at the end.
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let base64 = BASE64_STANDARD.encode(der);
    let lines: String = base64
        .as_bytes()
        .chunks(64)
        .map(|line| format!("{}\n", String::from_utf8_lossy(line)))
        .collect();
    format!("-----BEGIN {label}-----\n{lines}-----END {label}-----\n")
}

fn integer(number: &BigUint) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    // If the first bit were set, the number would be negative.
    let sign: &[u8] = if bytes.first().is_some_and(|first| *first >= 0x80) {
        &[0]
    } else {
        &[]
    };
    element(INTEGER, &[sign, &bytes])
}

fn algorithm(identifier: &[u8]) -> Vec<u8> {
    element(
        SEQUENCE,
        &[&element(OBJECT_IDENTIFIER, &[identifier]), &NULL],
    )
}
