use url::Url;

/// Parses a URL whose text every parser understands in the same way.
///
/// Returns `None` for an invalid URL, and for one with an odd authority (see
/// [`is_written_as_parsed`]), a backslash, a blank or a control character.
pub(super) fn parse_unambiguous(text: &str) -> Option<Url> {
    let is_ambiguous =
        |character: char| character == '\\' || character.is_whitespace() || character.is_control();
    if text.contains(is_ambiguous) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    is_written_as_parsed(text, &url).then_some(url)
}

/// Returns `true` if the scheme, host and port of a URL's text are those that were parsed, apart
/// from upper case and an explicit default port.
///
/// URL parsers disagree about other forms: `012.0.0.1` is octal to some and decimal to others,
/// `api%2eexample` is decoded or not, and `faß.example` has two forms in IDNA. Another parser could
/// send a token to another host. A trailing dot is refused too, because servers and certificates
/// treat it as a different name.
pub(super) fn is_written_as_parsed(text: &str, url: &Url) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let Some(host) = url.host_str().filter(|host| !host.ends_with('.')) else {
        return false;
    };
    let (Some(written_host), Some(written_port)) =
        (authority.get(..host.len()), authority.get(host.len()..))
    else {
        return false;
    };
    let is_port = |port: u16| written_port == format!(":{port}");
    scheme.eq_ignore_ascii_case(url.scheme())
        && written_host.eq_ignore_ascii_case(host)
        && (written_port.is_empty() || url.port_or_known_default().is_some_and(is_port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_urls_are_unambiguous() {
        for text in [
            "https://api.example.com",
            "https://api.example.com/",
            "https://api.example.com:443/widgets?x=https://evil.example#top",
            "HTTPS://API.EXAMPLE.COM/%2e%2E/a%20b",
            "https://xn--bcher-kva.example/b%C3%BCcher",
            "https://api.example.com/bücher",
            "https://10.0.0.1:8443?x",
            "http://127.0.0.1:9000/",
            "http://[::1]:9000/",
            "https://[2001:db8::1]/",
            "https://my_service.example",
        ] {
            assert!(parse_unambiguous(text).is_some(), "{text}");
        }
    }

    #[test]
    fn urls_that_parsers_disagree_about_are_not() {
        for text in [
            // Percent-encoding.
            "https://api%2eexample%2ecom/",
            "https://%61pi.example.com/",
            "https://api.example%2Ecom/",
            // Numbers that become IPv4 addresses.
            "https://012.0.0.1/",
            "https://0x7f.1/",
            "https://0x7f000001/",
            "https://2130706433/",
            "https://127.1/",
            "https://127.0.0.1./",
            "https://127.0.0.01/",
            "https://1%327.0.0.1/",
            // IPv6 in another form than RFC 5952.
            "https://[0:0:0:0:0:0:0:1]/",
            "https://[::ffff:127.0.0.1]/",
            // Dots.
            "https://api.example.com./",
            "https://api.example.com%2e/",
            "https://api\u{3002}example\u{3002}com/",
            "https://api\u{ff0e}example.com/",
            "https://api.example\u{ff61}com/",
            // IDNA.
            "https://bücher.example/",
            "https://fa\u{df}.example/",
            "https://\u{ff41}pi.example.com/",
            "https://api\u{ad}.example.com/",
            "https://api\u{200b}.example.com/",
            "https://\u{212a}.example/",
            // Users, ports and slashes.
            "https://api.example.com@evil.example/",
            "https://user@api.example.com/",
            "https://@api.example.com/",
            "https://:@api.example.com/",
            "https://api.example.com:/",
            "https://api.example.com:0443/",
            "https://api.example.com:８443/",
            "https:api.example.com/",
            "https:/api.example.com/",
            "https:///api.example.com/",
            "https:\\\\api.example.com/",
            "https://api.example.com\\@evil.example/",
            // Characters that parsers remove.
            " https://api.example.com/",
            "https://api.example.com/ ",
            "https://api.exam\tple.com/",
            "ht\ntps://api.example.com/",
            "https://api.example.com\u{0}/",
            // No URLs with a host.
            "",
            "/widgets",
            "api.example.com",
            "//api.example.com/",
            "data:text/plain,x",
            "https://",
        ] {
            assert!(parse_unambiguous(text).is_none(), "{text:?}");
        }
    }
}
