use serde_json::{Map, Value, json};

use super::keys::der::self_signed_certificate;
use super::keys::{GOOD_KID, KeyRing, SECOND_KID};
use super::pkcs1::Digest;
use super::sign::pkcs1_signature;

/// The values of the placeholders in the cases.
pub(crate) struct Values<'a> {
    pub(crate) keys: &'a KeyRing,
    /// Seconds since the Unix epoch.
    pub(crate) now: i64,
    pub(crate) issuer: &'a str,
    pub(crate) client_id: &'a str,
    /// The base URL of a server that must receive no request.
    pub(crate) canary: &'a str,
    pub(crate) jti: String,
}

impl<'a> Values<'a> {
    /// Returns simple values for unit tests.
    pub(crate) fn example(keys: &'a KeyRing) -> Self {
        Self {
            keys,
            now: 1_000,
            issuer: "https://issuer.example.com/pool_1",
            client_id: "client",
            canary: "http://canary",
            jti: "jti".to_owned(),
        }
    }
}

impl Values<'_> {
    /// Returns the base claims with `changes` and without placeholders.
    ///
    /// # Errors
    ///
    /// Returns an error if a placeholder is unknown.
    pub(crate) fn claims(
        &self,
        changes: &Map<String, Value>,
    ) -> Result<Map<String, Value>, String> {
        let mut claims = Map::new();
        let base = base_claims();
        for (name, value) in base.as_object().into_iter().flatten().chain(changes) {
            if value == "@delete" {
                claims.remove(name);
            } else {
                claims.insert(name.clone(), self.fill(value)?);
            }
        }
        Ok(claims)
    }

    /// Replaces the placeholders in the strings of `value`, at any depth.
    ///
    /// # Errors
    ///
    /// Returns an error if a placeholder is unknown.
    pub(crate) fn fill(&self, value: &Value) -> Result<Value, String> {
        Ok(match value {
            Value::String(text) => match text.strip_prefix('@') {
                Some(placeholder) => self.expand(placeholder)?,
                None => value.clone(),
            },
            Value::Array(items) => {
                let items: Result<_, _> = items.iter().map(|item| self.fill(item)).collect();
                Value::Array(items?)
            }
            Value::Object(members) => {
                let fill = |(name, value): (&String, _)| Ok((name.clone(), self.fill(value)?));
                Value::Object(members.iter().map(fill).collect::<Result<_, String>>()?)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        })
    }

    /// Parses `now`, `now+30` or `now-30` into seconds since the Unix epoch.
    pub(crate) fn parse_time(&self, text: &str) -> Option<i64> {
        match text.strip_prefix("now")? {
            "" => Some(self.now),
            offset if offset.starts_with(['+', '-']) => {
                Some(self.now + offset.parse::<i64>().ok()?)
            }
            _ => None,
        }
    }

    fn expand(&self, placeholder: &str) -> Result<Value, String> {
        let unknown = || format!("unknown placeholder \"@{placeholder}\"");
        if let Some(seconds) = self.parse_time(placeholder) {
            return Ok(seconds.into());
        }
        if let Some(path) = placeholder.strip_prefix("canary/") {
            return Ok(format!("{}/{path}", self.canary).into());
        }
        let (name, argument) = match placeholder.split_once(':') {
            Some((name, argument)) => (name, Some(argument)),
            None => (placeholder, None),
        };
        let time = || argument.and_then(|text| self.parse_time(text));
        let value = match (name, argument) {
            ("iss", None) => self.issuer.into(),
            ("client", None) => self.client_id.into(),
            ("kid", None) => GOOD_KID.into(),
            ("kid2", None) => SECOND_KID.into(),
            ("jti", None) => self.jti.as_str().into(),
            ("iss", Some(name)) => near_miss(self.issuer, name).into(),
            ("client", Some(name)) => near_miss(self.client_id, name).into(),
            ("kid", Some(name)) => near_miss(GOOD_KID, name).into(),
            // A 64-bit float represents today's seconds and a half exactly.
            ("float", _) => time().map(|seconds| json!(seconds as f64 + 0.5)).into(),
            ("str", _) => time().map(|seconds| seconds.to_string()).into(),
            ("ms", _) => time().map(|seconds| seconds * 1_000).into(),
            ("repeat", Some(argument)) => repeated(argument).into(),
            ("scopes", Some(argument)) => long_scopes(argument).into(),
            ("manyscopes", Some(argument)) => many_scopes(argument).into(),
            ("jwk", Some("attacker")) => self.keys.attacker_jwk(),
            ("x5c", Some("attacker")) => json!([self.attacker_certificate()]),
            _ => Value::Null,
        };
        if value.is_null() {
            Err(unknown())
        } else {
            Ok(value)
        }
    }

    fn attacker_certificate(&self) -> String {
        use base64::Engine as _;
        let key = self.keys.attacker_rsa();
        let certificate = self_signed_certificate(key, |statement| {
            pkcs1_signature(key, Digest::SHA256, statement)
        });
        base64::prelude::BASE64_STANDARD.encode(certificate)
    }
}

/// Returns the claims of a valid access token of Cognito.
fn base_claims() -> Value {
    json!({
        "sub": "@client", "token_use": "access", "scope": "api/read api/write",
        "auth_time": "@now-10", "iss": "@iss", "exp": "@now+3600", "iat": "@now-10",
        "version": 2, "jti": "@jti", "client_id": "@client",
    })
}

/// Returns `text` with the small change `name`, which a lax comparison would miss.
fn near_miss(text: &str, name: &str) -> Option<String> {
    let near_miss = match name {
        "slash" => format!("{text}/"),
        "query" => format!("{text}?"),
        "frag" => format!("{text}#"),
        "http" => text.replacen("https://", "http://", 1),
        "port" => text.replacen(".com/", ".com:443/", 1),
        "dot" => text.replacen(".com/", ".com/./", 1),
        "pct" => text.replacen('_', "%5F", 1),
        "space" => format!("{text} "),
        "nul" => format!("{text}\0"),
        "zwsp" => format!("{text}\u{200b}"),
        // The Cyrillic letter looks the same.
        "homoglyph" => text.replacen('o', "\u{43e}", 1),
        "upper" => text.to_uppercase(),
        "prefix" => text[..text.len() - 1].to_owned(),
        "suffix" => format!("{text}x"),
        _ => return None,
    };
    (near_miss != text).then_some(near_miss)
}

/// Expands `X:N`: the text X, N times.
fn repeated(argument: &str) -> Option<String> {
    let (text, times) = argument.rsplit_once(':')?;
    Some(text.repeat(times.parse().ok()?))
}

/// Expands `N:LEN:NEEDED`: N scopes of LEN characters, then the scope NEEDED.
fn long_scopes(argument: &str) -> Option<String> {
    let mut parts = argument.splitn(3, ':');
    let count: usize = parts.next()?.parse().ok()?;
    let length: usize = parts.next()?.parse().ok()?;
    let needed = parts.next()?;
    let scope = |index: usize| format!("filler/{index:0>width$} ", width = length - 7);
    Some((0..count).map(scope).collect::<String>() + needed)
}

/// Expands `N:NEEDED`: N short scopes, then the scope NEEDED.
fn many_scopes(argument: &str) -> Option<String> {
    let (count, needed) = argument.split_once(':')?;
    let count: usize = count.parse().ok()?;
    Some(
        (0..count)
            .map(|index| format!("s/{index} "))
            .collect::<String>()
            + needed,
    )
}

mod tests {
    use super::*;

    #[test]
    fn every_placeholder_is_replaced() {
        let keys = KeyRing::generate();
        let values = Values::example(&keys);
        let fill = |text: &str| values.fill(&text.into());
        assert_eq!(fill("@now-30"), Ok(json!(970)));
        assert_eq!(fill("@float:now+1"), Ok(json!(1001.5)));
        assert_eq!(fill("@str:now+1"), Ok(json!("1001")));
        assert_eq!(fill("@ms:now+1"), Ok(json!(1_001_000)));
        assert_eq!(fill("@repeat:ab:3"), Ok(json!("ababab")));
        assert_eq!(fill("@manyscopes:2:x"), Ok(json!("s/0 s/1 x")));
        assert_eq!(fill("@client:space"), Ok(json!("client ")));
        assert_eq!(fill("@kid2"), Ok(json!(SECOND_KID)));
        assert_eq!(fill("@canary/a"), Ok(json!("http://canary/a")));
        assert_eq!(
            fill("@jwk:attacker").map(|jwk| jwk["kid"].clone()),
            Ok(json!("attacker"))
        );
        let scopes = fill("@scopes:49:256:api/read").expect("a placeholder");
        let scopes: Vec<_> = scopes.as_str().unwrap_or_default().split(' ').collect();
        assert_eq!(scopes.len(), 50);
        assert!(scopes[..49].iter().all(|scope| scope.len() == 256));
        assert!(fill("@x5c:attacker").is_ok_and(|certificates| certificates[0].is_string()));
    }

    #[test]
    fn unknown_placeholder_is_an_error() {
        let keys = KeyRing::generate();
        let values = Values::example(&keys);
        for text in [
            "@unknown",
            "@iss:unknown",
            "@now+x",
            "@jwk:unknown",
            "@scopes:1",
            "@kid:dot",
        ] {
            assert!(values.fill(&json!([{ "a": text }])).is_err(), "{text}");
        }
    }
}
