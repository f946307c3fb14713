/// The length up to which an identifier can be a label. A logical ID of CloudFormation has at most 255
/// characters, of which some are a prefix and the hash.
pub(super) const MAX_PLAIN_LENGTH: usize = 200;

/// The number of digits of a hash.
const HASH_LENGTH: usize = 16;

/// Returns the readable label of a resource server, with a hash of its identifier unless the identifier is
/// [plain](is_plain) apart from the `other` characters.
///
/// The label depends on the identifier alone. A label that also depended on the other resource servers could
/// change when one is added, and Terraform and CloudFormation delete the resource of a label that is gone.
pub(super) fn label(readable: &str, separator: &str, identifier: &str, other: &[char]) -> String {
    if is_plain(identifier, other) {
        readable.to_owned()
    } else {
        format!("{readable}{separator}{:016x}", hash(identifier))
    }
}

/// Returns `true` if a readable label keeps all information of the identifier: at most
/// [`MAX_PLAIN_LENGTH`] lower-case letters, digits and `other` characters, with a letter at the beginning and
/// no text that could be a hash at the end.
fn is_plain(identifier: &str, other: &[char]) -> bool {
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || other.contains(&c);
    let digits = identifier.chars().rev();
    let digits = digits.take_while(char::is_ascii_hexdigit).count();
    identifier.starts_with(|c: char| c.is_ascii_lowercase())
        && identifier.chars().all(is_allowed)
        && identifier.len() <= MAX_PLAIN_LENGTH
        && digits < HASH_LENGTH
}

/// The FNV-1a hash, which is the same on each machine and in each version of Rust.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_identifiers_with_all_information_in_the_label_have_no_hash() {
        for (identifier, expected) in [
            ("widgets", true),
            ("a1", true),
            ("a_b", true),
            ("Widgets", false),
            ("a/b", false),
            ("a.b", false),
            ("1a", false),
            ("_a", false),
            ("", false),
            ("xyz_0123456789abcde", true),
            ("xyz_0123456789abcdef", false),
        ] {
            assert_eq!(is_plain(identifier, &['_']), expected, "{identifier}");
        }
        assert!(!is_plain("a_b", &[]));
    }

    #[test]
    fn hash_tells_apart_identifiers_with_the_same_readable_label() {
        let labels = ["a/b", "a:b", "A:b"].map(|identifier| label("a_b", "_", identifier, &['_']));
        assert_eq!(labels[0], "a_b_e620c3190468cf61");
        assert_ne!(labels[0], labels[1]);
        assert_ne!(labels[1], labels[2]);
        assert_eq!(label("a_b", "_", "a_b", &['_']), "a_b");
    }

    #[test]
    fn hash_is_fnv_1a() {
        assert_eq!(hash(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(hash("a"), 0xaf63_dc4c_8601_ec8c);
    }
}
