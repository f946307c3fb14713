use uuid::Uuid;

use super::key::{Key, KeyColumn};

impl Key for Uuid {
    /// Accepts only the hyphenated form (RFC 9562 section 4), in either case.
    fn from_text(text: &str) -> Option<Self> {
        let uuid = Self::try_parse(text).ok()?;
        let mut buffer = Self::encode_buffer();
        let canonical = uuid.hyphenated().encode_lower(&mut buffer);
        text.eq_ignore_ascii_case(canonical).then_some(uuid)
    }
}

impl KeyColumn for diesel::sql_types::Uuid {
    type Key = Uuid;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hyphenated_uuids_are_accepted() {
        let text = "67e55044-10b1-426f-9247-bb680e5fe0c8";
        assert!(Uuid::from_text(text).is_some());
        assert!(Uuid::from_text(&text.to_uppercase()).is_some());
        for other in [
            text.replace('-', ""),
            format!("{{{text}}}"),
            format!("urn:uuid:{text}"),
            format!(" {text}"),
            text[1..].to_owned(),
        ] {
            assert_eq!(<Uuid as Key>::from_text(&other), None, "{other}");
        }
    }
}
