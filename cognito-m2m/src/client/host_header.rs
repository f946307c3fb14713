use reqwest::Request;
use reqwest::header::{HOST, HeaderValue};
use url::Url;

use super::call_error::CallError;

/// Refuses a `Host` header for another host than that of the URL. Servers choose the application by
/// that header (RFC 9110 section 7.2), so it would get the token.
pub(super) fn check_host_header(request: &Request) -> Result<(), CallError> {
    let url = request.url();
    let with_default_port = url.host_str().zip(url.port_or_known_default());
    let with_default_port = with_default_port.map(|(host, port)| format!("{host}:{port}"));
    let is_own = |value: &HeaderValue| {
        let mut own = [authority(url), with_default_port.clone()]
            .into_iter()
            .flatten();
        own.any(|own| value.as_bytes().eq_ignore_ascii_case(own.as_bytes()))
    };
    if request.headers().get_all(HOST).iter().all(is_own) {
        Ok(())
    } else {
        Err(CallError::OtherOrigin)
    }
}

/// Returns the value of the `Host` header for a URL, or `None` if the URL has no host.
pub(super) fn host_header(url: &Url) -> Option<HeaderValue> {
    HeaderValue::try_from(authority(url)?).ok()
}

fn authority(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use reqwest::Method;

    use super::*;

    fn is_accepted(url: &str, hosts: &[&'static str]) -> bool {
        let mut request = Request::new(Method::GET, Url::parse(url).unwrap());
        for host in hosts {
            let value = HeaderValue::from_static(host);
            request.headers_mut().append(HOST, value);
        }
        check_host_header(&request).is_ok()
    }

    #[test]
    fn only_the_host_of_the_url_is_accepted() {
        for (url, hosts) in [
            ("https://api.example/", vec![]),
            ("https://api.example/", vec!["api.example"]),
            ("https://api.example/", vec!["API.example:443"]),
            ("https://api.example:8443/", vec!["api.example:8443"]),
            ("http://[::1]:9000/", vec!["[::1]:9000"]),
        ] {
            assert!(is_accepted(url, &hosts), "{url} {hosts:?}");
        }
        for (url, hosts) in [
            ("https://api.example/", vec!["evil.example"]),
            ("https://api.example/", vec!["api.example:8443"]),
            ("https://api.example/", vec!["api.example."]),
            ("https://api.example/", vec!["api.example, evil.example"]),
            ("https://api.example/", vec!["api.example", "evil.example"]),
            ("https://api.example/", vec![""]),
            ("https://api.example:8443/", vec!["api.example"]),
        ] {
            assert!(!is_accepted(url, &hosts), "{url} {hosts:?}");
        }
    }

    #[test]
    fn host_header_has_no_default_port() {
        let header = |url| host_header(&Url::parse(url).unwrap()).unwrap();
        assert_eq!(header("https://api.example:443/"), "api.example");
        assert_eq!(header("https://api.example:8443/"), "api.example:8443");
        assert_eq!(header("http://[::1]:9000/"), "[::1]:9000");
    }
}
