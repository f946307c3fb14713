/// A `WWW-Authenticate` value of the scheme `Bearer` (RFC 6750 section 3), parsed strictly.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Challenge {
    attributes: Vec<(String, String)>,
}

impl Challenge {
    /// Parses a value that consists of exactly one challenge.
    ///
    /// # Errors
    ///
    /// Returns a description of the problem if the scheme differs, the syntax is wrong, an attribute
    /// occurs twice, or a value has characters that RFC 6750 section 3 does not allow.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let malformed = |what: &str| format!("{what} in WWW-Authenticate: {text}");
        let mut rest = text
            .strip_prefix("Bearer")
            .ok_or_else(|| malformed("unexpected scheme"))?;
        let mut challenge = Self {
            attributes: Vec::new(),
        };
        if rest.is_empty() {
            return Ok(challenge);
        }
        rest = rest
            .strip_prefix(' ')
            .ok_or_else(|| malformed("missing space after the scheme"))?;
        loop {
            let (name, after) = rest
                .split_once("=\"")
                .ok_or_else(|| malformed("missing attribute"))?;
            let (value, after) = after
                .split_once('"')
                .ok_or_else(|| malformed("missing closing quote"))?;
            if name.is_empty()
                || !name
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            {
                return Err(malformed("invalid attribute name"));
            }
            if challenge.attribute(name).is_some() {
                return Err(malformed("duplicate attribute"));
            }
            if !value
                .bytes()
                .all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e))
            {
                return Err(malformed("forbidden character"));
            }
            challenge
                .attributes
                .push((name.to_owned(), value.to_owned()));
            if after.is_empty() {
                return Ok(challenge);
            }
            rest = after
                .strip_prefix(',')
                .ok_or_else(|| malformed("missing comma between attributes"))?
                .trim_start_matches(' ');
        }
    }

    /// Returns the value of the attribute `name`.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let attribute = self.attributes.iter().find(|(known, _)| known == name);
        attribute.map(|(_, value)| value.as_str())
    }
}

mod tests {
    use super::*;

    #[test]
    fn attributes_are_parsed() {
        let challenge = Challenge::parse("Bearer realm=\"api\", error=\"e\", scope=\"a b\"");
        let challenge = challenge.expect("a valid challenge");
        assert_eq!(challenge.attribute("scope"), Some("a b"));
        assert_eq!(challenge.attribute("error"), Some("e"));
        assert_eq!(challenge.attribute("nonce"), None);
        assert!(Challenge::parse("Bearer").is_ok());
    }

    #[test]
    fn malformed_challenges_are_refused() {
        for text in [
            "Basic realm=\"api\"",
            "Bearer realm=\"api\" error=\"e\"",
            "Bearer realm=api",
            "Bearer realm=\"a\\b\"",
            "Bearer realm=\"\u{e9}\"",
            "Bearer realm=\"a\", realm=\"b\"",
            "Bearer realm=\"a",
            "Bearer ",
        ] {
            assert!(Challenge::parse(text).is_err(), "{text}");
        }
    }
}
