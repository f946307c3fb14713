use serde::Deserialize;

use super::raw::latin1;

/// The HTTP request of a case. `$TOKEN` is replaced by the token everywhere.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Request {
    method: String,
    path: String,
    query: Option<String>,
    headers: Vec<(String, String)>,
    headers_encoding: Option<String>,
    body: Option<String>,
}

impl Default for Request {
    fn default() -> Self {
        let authorization = ("Authorization".to_owned(), "Bearer $TOKEN".to_owned());
        Self {
            method: "GET".to_owned(),
            path: "/read".to_owned(),
            query: None,
            headers: vec![authorization],
            headers_encoding: None,
            body: None,
        }
    }
}

impl Request {
    /// Returns the bytes of the HTTP/1.1 request. Without a token, headers that would contain it are
    /// left out.
    ///
    /// # Errors
    ///
    /// Returns an error if the encoding is unknown or can't represent a header.
    pub(crate) fn bytes(&self, token: Option<&str>) -> Result<Vec<u8>, String> {
        let fill = |text: &str| text.replace("$TOKEN", token.unwrap_or_default());
        let query = self
            .query
            .as_deref()
            .map(|query| format!("?{}", fill(query)));
        let target = format!("{}{}", self.path, query.unwrap_or_default());
        let mut bytes = format!("{} {target} HTTP/1.1\r\n", self.method).into_bytes();
        bytes.extend(b"Host: api.example.test\r\nConnection: close\r\n");
        for (name, value) in &self.headers {
            if token.is_some() || !value.contains("$TOKEN") {
                bytes.extend(self.encoded(&format!("{name}: {}\r\n", fill(value)))?);
            }
        }
        let body = fill(self.body.as_deref().unwrap_or_default());
        if self.body.is_some() {
            bytes.extend(format!("Content-Length: {}\r\n", body.len()).into_bytes());
        }
        bytes.extend(b"\r\n");
        bytes.extend(body.into_bytes());
        Ok(bytes)
    }

    fn encoded(&self, line: &str) -> Result<Vec<u8>, String> {
        match self.headers_encoding.as_deref() {
            None | Some("utf-8") => Ok(line.as_bytes().to_vec()),
            Some("latin-1" | "latin1" | "iso-8859-1") => latin1(line),
            Some(unknown) => Err(format!("unknown encoding {unknown:?} of the headers")),
        }
    }
}

mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn default_request_carries_the_token() {
        let bytes = Request::default().bytes(Some("a.b.c"));
        assert_eq!(
            bytes.as_deref().map(String::from_utf8_lossy),
            Ok(
                "GET /read HTTP/1.1\r\nHost: api.example.test\r\nConnection: close\r\n\
                Authorization: Bearer a.b.c\r\n\r\n"
                    .into()
            )
        );
        let bytes = Request::default().bytes(None).unwrap_or_default();
        assert!(!String::from_utf8_lossy(&bytes).contains("Authorization"));
    }

    #[test]
    fn headers_are_encoded_as_requested() {
        let request = |encoding: &str| -> Request {
            let headers = [["Authorization", "Bearer\u{a0}$TOKEN"]];
            serde_json::from_value(json!({"headers": headers, "headers_encoding": encoding}))
                .expect("a valid request")
        };
        let bytes = request("latin-1").bytes(Some("t")).unwrap_or_default();
        assert!(bytes.windows(3).any(|bytes| bytes == b"r\xa0t"));
        let bytes = request("utf-8").bytes(Some("t")).unwrap_or_default();
        assert!(bytes.windows(4).any(|bytes| bytes == b"r\xc2\xa0t"));
        assert!(request("ebcdic").bytes(Some("t")).is_err());
    }

    #[test]
    fn body_has_a_content_length() {
        let request =
            json!({"method": "POST", "query": "q=$TOKEN", "headers": [], "body": "t=$TOKEN"});
        let request: Request = serde_json::from_value(request).expect("a valid request");
        let bytes = request.bytes(Some("abc")).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.starts_with("POST /read?q=abc HTTP/1.1\r\n"));
        assert!(text.ends_with("Content-Length: 5\r\n\r\nt=abc"));
    }
}
