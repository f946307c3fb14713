//! The encoded messages that RSA signs, valid and malformed (RFC 8017 section 9).

use aws_lc_rs::digest::{self, Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA384, SHA512};
use aws_lc_rs::rand;

use super::keys::der::{NULL, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, element};

const SHA1_IDENTIFIER: &[u8] = &[0x2b, 0x0e, 0x03, 0x02, 0x1a];

/// A hash function and its object identifier.
#[derive(Clone, Copy)]
pub(crate) struct Digest {
    algorithm: &'static Algorithm,
    identifier: &'static [u8],
}

impl Digest {
    pub(crate) const SHA1: Self = Self {
        algorithm: &SHA1_FOR_LEGACY_USE_ONLY,
        identifier: SHA1_IDENTIFIER,
    };
    pub(crate) const SHA256: Self = Self {
        algorithm: &SHA256,
        identifier: &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01],
    };
    pub(crate) const SHA384: Self = Self {
        algorithm: &SHA384,
        identifier: &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02],
    };
    pub(crate) const SHA512: Self = Self {
        algorithm: &SHA512,
        identifier: &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03],
    };

    pub(crate) fn hash(self, message: &[u8]) -> Vec<u8> {
        digest::digest(self.algorithm, message).as_ref().to_vec()
    }
}

/// Returns the encoded message of RS256, RS384 and RS512 (EMSA-PKCS1-v1_5).
pub(crate) fn block(size: usize, digest: Digest, message: &[u8]) -> Vec<u8> {
    padded(size, 0x01, &digest_info(digest, message))
}

/// Returns an encoded message for RS256 with one `defect` of the cases.
pub(crate) fn malformed_block(
    size: usize,
    defect: &str,
    message: &[u8],
) -> Result<Vec<u8>, String> {
    let hash = Digest::SHA256.hash(message);
    let right = digest_info(Digest::SHA256, message);
    let block = match defect {
        "missing-null" => padded(size, 0x01, &digest_info_with(&[], &hash)),
        "extra-null" => padded(size, 0x01, &digest_info_with(&[NULL, NULL], &hash)),
        "sha384-digestinfo" => block(size, Digest::SHA384, message),
        "sha1-digestinfo" => block(size, Digest::SHA1, message),
        "no-digestinfo" => padded(size, 0x01, &hash),
        "trailing-garbage" => {
            let mut block = padded(right.len() + 3 + 8, 0x01, &right);
            block.resize(size, 0xa5);
            block
        }
        "short-ps" => {
            let short = padded(right.len() + 3 + 7, 0x01, &right);
            [vec![0; size - short.len()], short].concat()
        }
        "block-type-02" => padded(size, 0x02, &right),
        "ber-long-length" => padded(size, 0x01, &with_long_length(&right)),
        "ps-not-ff" => {
            let mut block = padded(size, 0x01, &right);
            block[size / 2] = 0xfe;
            block
        }
        unknown => return Err(format!("unknown padding defect {unknown:?}")),
    };
    Ok(block)
}

/// Returns the encoded message of PS256: EMSA-PSS with SHA-256 and a salt as long as the hash (RFC 8017
/// section 9.1.1).
pub(crate) fn pss_block(size: usize, message: &[u8]) -> Vec<u8> {
    let mut salt = [0; 32];
    rand::fill(&mut salt).expect("random bytes of the system");
    let hash = Digest::SHA256.hash(message);
    let salted = Digest::SHA256.hash(&[&[0; 8], hash.as_slice(), &salt].concat());
    let mut data = vec![0; size - salted.len() - 1 - salt.len() - 1];
    data.push(1);
    data.extend(salt);
    let mask = (0_u32..).flat_map(|counter| {
        Digest::SHA256.hash(&[salted.as_slice(), &counter.to_be_bytes()].concat())
    });
    for (byte, mask) in data.iter_mut().zip(mask) {
        *byte ^= mask;
    }
    // The encoded message has one bit less than the modulus.
    data[0] &= 0x7f;
    [data, salted, vec![0xbc]].concat()
}

fn padded(size: usize, block_type: u8, contents: &[u8]) -> Vec<u8> {
    let padding = vec![0xff; size - contents.len() - 3];
    [&[0, block_type], padding.as_slice(), &[0], contents].concat()
}

fn digest_info(digest: Digest, message: &[u8]) -> Vec<u8> {
    let identifier = element(OBJECT_IDENTIFIER, &[digest.identifier]);
    let algorithm = element(SEQUENCE, &[&identifier, &NULL]);
    let hash = element(OCTET_STRING, &[&digest.hash(message)]);
    element(SEQUENCE, &[&algorithm, &hash])
}

fn digest_info_with(parameters: &[[u8; 2]], hash: &[u8]) -> Vec<u8> {
    let identifier = element(OBJECT_IDENTIFIER, &[Digest::SHA256.identifier]);
    let algorithm = element(SEQUENCE, &[&identifier, &parameters.concat()]);
    element(SEQUENCE, &[&algorithm, &element(OCTET_STRING, &[hash])])
}

/// Returns the element with its length in two bytes instead of one, which BER allows and DER does not.
fn with_long_length(element: &[u8]) -> Vec<u8> {
    [&element[..1], &[0x81], &element[1..]].concat()
}
