use aws_lc_rs::rand;
use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use num_bigint::BigUint;
use serde::Deserialize;

use super::jwe;
use super::token::{Draft, encoded};

/// A change to a finished token. Parts are counted from 0.
#[derive(Debug, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Op {
    /// Five parts of random bytes.
    JweRandom,
    /// An unsigned token, encrypted for the pool's public key.
    JwePlainjwt,
    DropPart {
        part: usize,
    },
    Append {
        value: String,
    },
    Prepend {
        value: String,
    },
    Replace {
        value: String,
    },
    /// `a..b.c`
    DoubleDot,
    /// Appends `=` up to a multiple of four characters, at least one.
    Pad {
        part: usize,
    },
    /// Replaces `-_` by `+/`.
    StdAlphabet {
        part: usize,
    },
    /// Replaces the last character by another that decodes to the same bytes.
    Noncanonical {
        part: usize,
    },
    /// The same, but signs the changed part.
    NoncanonicalResign {
        part: usize,
    },
    SetSig {
        hex: String,
    },
    SetSigLen {
        n: usize,
    },
    SigTrunc {
        n: usize,
    },
    SigAppend {
        hex: String,
    },
    SigPrepend {
        hex: String,
    },
    /// Sets the signature to a number: `0`, `1`, `n-1`, `n` (the modulus) or `max`.
    SigInt {
        value: String,
    },
}

impl Op {
    /// Returns the changed `token`, which was built from `draft`.
    ///
    /// # Errors
    ///
    /// Returns a description of the problem if the change is impossible or changes nothing.
    pub(crate) fn apply(&self, draft: &Draft<'_>, token: &str) -> Result<String, String> {
        let changed = match self {
            Self::JweRandom => jwe::random_token(),
            Self::JwePlainjwt => jwe::encrypt_unsigned_token(draft),
            Self::DropPart { part } => {
                let mut parts: Vec<_> = token.split('.').collect();
                if *part >= parts.len() {
                    return Err(format!("the token has no part {part}"));
                }
                parts.remove(*part);
                parts.join(".")
            }
            Self::Append { value } => format!("{token}{value}"),
            Self::Prepend { value } => format!("{value}{token}"),
            Self::Replace { value } => value.clone(),
            Self::DoubleDot => token.replacen('.', "..", 1),
            Self::Pad { part } => change_part(token, *part, padded)?,
            Self::StdAlphabet { part } => change_part(token, *part, in_standard_alphabet)?,
            Self::Noncanonical { part } => change_part(token, *part, noncanonical)?,
            Self::NoncanonicalResign { part } => resigned(draft, *part)?,
            Self::SetSig { hex } => with_signature(token, |_| unhex(hex))?,
            Self::SetSigLen { n } => with_signature(token, |_| Ok(random_bytes(*n)))?,
            Self::SigTrunc { n } => with_signature(token, |signature| {
                Ok(signature[..signature.len().saturating_sub(*n)].to_vec())
            })?,
            Self::SigAppend { hex } => {
                with_signature(token, |signature| Ok([signature, &unhex(hex)?].concat()))?
            }
            Self::SigPrepend { hex } => {
                with_signature(token, |signature| Ok([&unhex(hex)?, signature].concat()))?
            }
            Self::SigInt { value } => with_signature(token, |_| signature_number(draft, value))?,
        };
        if changed == token {
            return Err(format!("{self:?} changes nothing"));
        }
        Ok(changed)
    }
}

pub(crate) fn random_bytes(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    rand::fill(&mut bytes).expect("random bytes of the system");
    bytes
}

fn change_part(
    token: &str,
    index: usize,
    change: impl FnOnce(&str) -> Result<String, String>,
) -> Result<String, String> {
    let mut parts: Vec<_> = token.split('.').map(str::to_owned).collect();
    let part = parts
        .get_mut(index)
        .ok_or_else(|| format!("the token has no part {index}"))?;
    *part = change(part)?;
    Ok(parts.join("."))
}

fn padded(part: &str) -> Result<String, String> {
    let missing = 4 - part.len() % 4;
    let padding = if missing == 4 { 1 } else { missing };
    Ok(part.to_owned() + &"=".repeat(padding))
}

fn in_standard_alphabet(part: &str) -> Result<String, String> {
    Ok(part.replace('-', "+").replace('_', "/"))
}

fn noncanonical(part: &str) -> Result<String, String> {
    let alphabet = URL_SAFE.as_str().as_bytes();
    let (last, before) = part.as_bytes().split_last().ok_or("the part is empty")?;
    if part.len().is_multiple_of(4) {
        return Err("the part has no spare bits".to_owned());
    }
    let value = alphabet.iter().position(|character| character == last);
    // Sets the last spare bit, which is 0 in the canonical encoding.
    let other = alphabet[value.ok_or("the part is not base64url")? | 1];
    Ok(String::from_utf8_lossy(&[before, &[other]].concat()).into_owned())
}

fn resigned(draft: &Draft<'_>, part: usize) -> Result<String, String> {
    let mut parts = [draft.header.clone(), draft.payload.clone()];
    let changed = parts
        .get_mut(part)
        .ok_or_else(|| format!("part {part} is not signed"))?;
    // Only lengths that are not a multiple of three leave spare bits.
    while changed.len().is_multiple_of(3) {
        changed.push(b' ');
    }
    let mut parts = parts.map(|part| encoded(&part));
    parts[part] = noncanonical(&parts[part])?;
    draft.signed(&parts[0], &parts[1])
}

fn with_signature(
    token: &str,
    change: impl FnOnce(&[u8]) -> Result<Vec<u8>, String>,
) -> Result<String, String> {
    let (input, signature) = token.rsplit_once('.').ok_or("the token has no signature")?;
    let signature = BASE64_URL_SAFE_NO_PAD
        .decode(signature)
        .map_err(|error| error.to_string())?;
    Ok(format!("{input}.{}", encoded(&change(&signature)?)))
}

fn signature_number(draft: &Draft<'_>, value: &str) -> Result<Vec<u8>, String> {
    let key = draft.keys.good();
    let number = match value {
        "0" => BigUint::ZERO,
        "1" => BigUint::from(1_u8),
        "n-1" => key.modulus() - 1_u8,
        "n" => key.modulus().clone(),
        "max" => return Ok(vec![0xff; key.size()]),
        unknown => return Err(format!("unknown signature number {unknown:?}")),
    };
    Ok(key.to_bytes(&number))
}

fn unhex(hex: &str) -> Result<Vec<u8>, String> {
    if !hex.len().is_multiple_of(2) || !hex.is_ascii() {
        return Err(format!("{hex:?} is not hexadecimal"));
    }
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).map_err(|error| error.to_string()))
        .collect()
}

mod tests {
    use super::*;

    #[test]
    fn noncanonical_part_decodes_to_the_same_bytes_in_a_lax_decoder() {
        use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
        let lax = GeneralPurposeConfig::new()
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(base64::engine::DecodePaddingMode::RequireNone);
        let lax = GeneralPurpose::new(&URL_SAFE, lax);
        for bytes in [vec![0xff], vec![0x00, 0x80], vec![7; 256]] {
            let part = noncanonical(&encoded(&bytes)).expect("a part with spare bits");
            assert_eq!(lax.decode(&part), Ok(bytes));
            assert!(BASE64_URL_SAFE_NO_PAD.decode(&part).is_err());
        }
        assert!(noncanonical("AAAA").is_err());
    }

    #[test]
    fn padding_completes_the_last_group_of_four_characters() {
        assert_eq!(padded("AA").as_deref(), Ok("AA=="));
        assert_eq!(padded("AAA").as_deref(), Ok("AAA="));
        assert_eq!(padded("AAAA").as_deref(), Ok("AAAA="));
    }

    #[test]
    fn unknown_op_is_an_error() {
        for op in [r#"{"op":"unknown"}"#, r#"{"op":"pad","part":1,"with":"x"}"#] {
            assert!(serde_json::from_str::<Op>(op).is_err(), "{op}");
        }
        assert_eq!(unhex("00fF"), Ok(vec![0, 255]));
        assert!(unhex("0g").is_err());
    }
}
