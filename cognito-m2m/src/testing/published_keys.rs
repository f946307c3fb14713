use serde_json::Value;

use super::cognito::{LocalCognito, assert_header_value};
use super::fault::Endpoint;
use super::jwks::Document;
use super::keys::SigningKey;

/// Reading, rotating and replacing the signing keys.
impl LocalCognito {
    /// Returns the IDs of the two published keys, starting with the key that signs tokens.
    #[must_use]
    pub fn kids(&self) -> [String; 2] {
        let state = self.pool.state();
        state.jwks.keys.each_ref().map(|key| key.kid().to_owned())
    }

    /// Returns the key that signs tokens.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::start()?;
    /// let [current, _] = cognito.kids();
    /// assert_eq!(cognito.signing_key().kid(), current);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn signing_key(&self) -> SigningKey {
        self.pool.state().signing_key()
    }

    /// Replaces both keys with new ones, without publishing them in advance.
    ///
    /// An API that has cached the previous keys must fetch the new ones to validate a new token.
    ///
    /// # Panics
    ///
    /// Panics if a key cannot be generated.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::start()?;
    /// let [current, next] = cognito.kids();
    /// cognito.rotate_keys();
    /// assert!(!cognito.kids().contains(&current) && !cognito.kids().contains(&next));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn rotate_keys(&self) {
        let keys = SigningKey::generate_two().expect("two RSA keys can be generated");
        self.pool.state().jwks.keys = keys;
    }

    /// Makes the second published key the signing key, and publishes a new second key.
    ///
    /// The previous signing key is no longer published. This is a rotation that was announced: an
    /// API that has cached the keys already has the one that signs now.
    ///
    /// # Panics
    ///
    /// Panics if a key cannot be generated.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::start()?;
    /// let [_, next] = cognito.kids();
    /// cognito.promote_next_key();
    /// assert_eq!(cognito.kids().first(), Some(&next));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn promote_next_key(&self) {
        let new_key = SigningKey::generate().expect("an RSA key can be generated");
        let mut state = self.pool.state();
        let [current, next] = &mut state.jwks.keys;
        *current = std::mem::replace(next, new_key);
    }

    /// Publishes an additional JWK after the two signing keys.
    ///
    /// The entry can be any JSON value, and each call adds another one. Rotating the keys does not
    /// remove it.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::start()?;
    /// cognito.add_jwk(serde_json::json!({ "kty": "EC", "crv": "P-256", "kid": "unsupported" }));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn add_jwk(&self, jwk: Value) {
        self.pool.state().jwks.additional_entries.push(jwk);
    }

    /// Publishes these JWKs at one key source instead of the keys of the pool, or the pool's keys again
    /// with `None`.
    ///
    /// By default, all sources publish the same keys, as in Cognito. Rotating the keys does not change
    /// a source that has keys of its own.
    ///
    /// # Panics
    ///
    /// Panics if the endpoint publishes no keys.
    ///
    /// # Examples
    ///
    /// The second key is withdrawn in the replicas only:
    ///
    /// ```
    /// use cognito_m2m::settings::IssuerType;
    /// use cognito_m2m::testing::{Endpoint, LocalCognito};
    ///
    /// let cognito = LocalCognito::builder().issuer_type(IssuerType::Original).start()?;
    /// let current = cognito.signing_key().public_jwk();
    /// cognito.set_source_keys(Endpoint::ReplicaJwks, Some(vec![current]));
    /// // ..
    /// cognito.set_source_keys(Endpoint::ReplicaJwks, None);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn set_source_keys(&self, source: Endpoint, jwks: Option<Vec<Value>>) {
        assert!(
            source.publishes_keys(),
            "expected an endpoint that publishes keys, found {source:?}"
        );
        let entries = &mut self.pool.state().jwks.source_entries;
        match jwks {
            Some(jwks) => entries.insert(source, jwks),
            None => entries.remove(&source),
        };
    }

    /// Publishes `body` instead of the keys, at every key source, until [`clear_jwks_body`](Self::clear_jwks_body) is
    /// called.
    ///
    /// # Panics
    ///
    /// Panics if the content type is not a valid header value.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::start()?;
    /// cognito.set_jwks_body("<html>gateway</html>", "text/html");
    /// // ..
    /// cognito.clear_jwks_body();
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn set_jwks_body(&self, body: impl Into<Vec<u8>>, content_type: impl Into<String>) {
        let content_type = content_type.into();
        assert_header_value(&content_type);
        let document = Document {
            body: body.into(),
            content_type,
        };
        self.pool.state().jwks.replacement = Some(document);
    }

    /// Publishes the keys again after [`set_jwks_body`](Self::set_jwks_body).
    pub fn clear_jwks_body(&self) {
        self.pool.state().jwks.replacement = None;
    }

    /// Sets the `Cache-Control` header of the published keys, or removes it with `None`, the
    /// default.
    ///
    /// # Panics
    ///
    /// Panics if the value is not a valid header value.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::start()?;
    /// cognito.set_cache_control(Some("max-age=120"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn set_cache_control(&self, value: Option<&str>) {
        if let Some(value) = value {
            assert_header_value(value);
        }
        self.pool.state().jwks.cache_control = value.map(str::to_owned);
    }
}
