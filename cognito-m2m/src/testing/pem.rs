use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const END: &str = "-----END PRIVATE KEY-----";

/// The length of a line of base64 (RFC 7468 section 2).
const LINE_LENGTH: usize = 64;

/// Encodes a private key in PKCS #8 as PEM (RFC 7468 section 10).
pub(super) fn encode(der: &[u8]) -> String {
    let mut text = format!("{BEGIN}\n");
    for (index, character) in STANDARD.encode(der).chars().enumerate() {
        if index > 0 && index % LINE_LENGTH == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    text.push('\n');
    text.push_str(END);
    text.push('\n');
    text
}

/// Decodes the only private key in the text, or returns `None`. Text before and after it is ignored, as
/// RFC 7468 section 2 requires.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let (_, after) = text.split_once(BEGIN)?;
    let (base64, rest) = after.split_once(END)?;
    if rest.contains(BEGIN) {
        return None;
    }
    let base64: String = base64.split_ascii_whitespace().collect();
    STANDARD.decode(base64).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoding_reverses_encoding_for_every_length() {
        for length in [0, 1, 47, 48, 49, 96, 1_200] {
            let der: Vec<u8> = (0..length).map(|index| (index % 251) as u8).collect();
            let text = encode(&der);
            assert!(text.lines().all(|line| line.len() <= LINE_LENGTH));
            assert_eq!(decode(&text), Some(der), "{text}");
        }
    }

    #[test]
    fn explanatory_text_and_line_ends_of_windows_are_ignored() {
        let text = format!(
            "a key\r\n{}after it\n",
            encode(b"der").replace('\n', "\r\n")
        );
        assert_eq!(decode(&text).as_deref(), Some(&b"der"[..]));
    }

    #[test]
    fn other_texts_are_refused() {
        let key = encode(b"der");
        for text in [
            String::new(),
            BEGIN.to_owned(),
            key.replace("PRIVATE", "RSA PRIVATE"),
            key.replace("PRIVATE", "PUBLIC"),
            key.replace(END, ""),
            key.replace("ZGVy", "ZG*y"),
            format!("{key}{key}"),
        ] {
            assert_eq!(decode(&text), None, "{text}");
        }
    }
}
