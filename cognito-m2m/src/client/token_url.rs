use url::Url;

use crate::loopback::is_loopback;
use crate::pool::is_region;

/// Parses the URL of a token endpoint. The error is the text of a setting fault.
pub(super) fn parse_token_url(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).ok();
    // The parser escapes blanks, and removes line breaks.
    let url = url.filter(|_| !text.contains(char::is_whitespace));
    let url = url.ok_or("expected a URL")?;
    check_transport(&url)?;
    // The part before `@` may be a password with `/`, which the parser takes for a path.
    if url.path().contains('@') {
        return Err("expected a URL without user and password");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("expected a URL without query and fragment");
    }
    Ok(url)
}

/// Accepts URLs to which secrets and tokens can be sent: `https`, or `http` on loopback.
pub(super) fn check_transport(url: &Url) -> Result<(), &'static str> {
    match url.scheme() {
        _ if !url.username().is_empty() || url.password().is_some() => {
            Err("expected a URL without user and password")
        }
        "https" => Ok(()),
        "http" if is_loopback(url) => Ok(()),
        _ => Err("expected `https`: `http` is for loopback only"),
    }
}

/// Returns the token URL of a user pool's prefix domain (AWS: "Configuring a user pool domain").
///
/// Partitions without a documented domain name need an explicit token URL. The error is the name of
/// the invalid setting, and the text of its fault.
pub(super) fn token_url_from_domain(
    prefix: &str,
    region: &str,
) -> Result<Url, (&'static str, &'static str)> {
    let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if prefix.is_empty() || prefix.len() > 63 || !prefix.bytes().all(is_allowed) {
        return Err((
            "domain_prefix",
            "expected the prefix of a user pool domain: 1 to 63 characters of `a-z0-9-`",
        ));
    }
    let host = match region {
        _ if !is_region(region) => {
            return Err(("region", "expected an AWS Region like `us-east-1`"));
        }
        _ if region.starts_with("us-gov-") => "auth-fips",
        _ if ["cn-", "us-iso", "eu-iso", "eusc-"]
            .iter()
            .any(|it| region.starts_with(it)) =>
        {
            return Err((
                "region",
                "expected `token_url` instead in this AWS partition",
            ));
        }
        _ => "auth",
    };
    let text = format!("https://{prefix}.{host}.{region}.amazoncognito.com/oauth2/token");
    Url::parse(&text).map_err(|_| ("domain_prefix", "expected the prefix of a user pool domain"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_url_is_derived_from_prefix_and_region() {
        assert_eq!(
            token_url_from_domain("example", "eu-west-1")
                .unwrap()
                .as_str(),
            "https://example.auth.eu-west-1.amazoncognito.com/oauth2/token"
        );
        assert_eq!(
            token_url_from_domain("example", "us-gov-west-1")
                .unwrap()
                .as_str(),
            "https://example.auth-fips.us-gov-west-1.amazoncognito.com/oauth2/token"
        );
        for (prefix, region) in [
            ("", "eu-west-1"),
            ("evil.example/", "eu-west-1"),
            ("Example", "eu-west-1"),
            ("example", "nowhere"),
            ("example", "cn-north-1"),
        ] {
            assert!(
                token_url_from_domain(prefix, region).is_err(),
                "{prefix} {region}"
            );
        }
    }

    #[test]
    fn http_is_accepted_on_loopback_only() {
        for text in [
            "https://id.example/oauth2/token",
            "http://127.0.0.1:9229/oauth2/token",
            "http://[::1]/token",
            "http://localhost:1/token",
        ] {
            assert!(parse_token_url(text).is_ok(), "{text}");
        }
        for text in [
            "http://id.example/token",
            "http://localhost.example/token",
            "http://127.0.0.1.example/token",
            "https://user:password@id.example/token",
            "https://user:12/password@id.example/token",
            "https://id.example/token?secret=1",
            "https://id.example/token#part",
            "ftp://127.0.0.1/token",
            "id.example/token",
            "",
        ] {
            assert!(parse_token_url(text).is_err(), "{text}");
        }
    }
}
