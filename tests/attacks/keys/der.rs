//! The public half of an RSA key in its file formats, and the little DER they need.

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

/// One element: tag, shortest length, contents.
pub(crate) fn element(tag: u8, contents: &[&[u8]]) -> Vec<u8> {
    let contents = contents.concat();
    let mut element = vec![tag];
    match u8::try_from(contents.len()) {
        Ok(short) if short < 0x80 => element.push(short),
        Ok(long) => element.extend([0x81, long]),
        Err(_) => {
            let length = u16::try_from(contents.len()).expect("keys are shorter than 64 KiB");
            element.push(0x82);
            element.extend(length.to_be_bytes());
        }
    }
    element.extend(contents);
    element
}

/// `RSAPublicKey` of RFC 8017.
pub(crate) fn pkcs1_public_key(key: &RsaKey) -> Vec<u8> {
    let [n, e] = [key.modulus(), key.exponent()].map(integer);
    element(SEQUENCE, &[&n, &e])
}

/// `SubjectPublicKeyInfo` of RFC 5280.
pub(crate) fn subject_public_key_info(key: &RsaKey) -> Vec<u8> {
    let bits = element(BIT_STRING, &[&[0], &pkcs1_public_key(key)]);
    element(SEQUENCE, &[&algorithm(&RSA_ENCRYPTION), &bits])
}

/// A certificate that `key` has issued to itself (version 1 of X.509).
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
    let statement = element(
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
    let signature = element(BIT_STRING, &[&[0], &sign(&statement)]);
    element(
        SEQUENCE,
        &[&statement, &algorithm(&SHA256_WITH_RSA), &signature],
    )
}

/// The textual form of RFC 7468, with a line feed at its end.
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
    // A set first bit would make it negative.
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
