use super::json_object::JsonObject;

/// Returns the header of an access token, with the members in Cognito's order.
pub(super) fn header(kid: &str, algorithm: String) -> JsonObject {
    JsonObject::new([("kid", kid.into()), ("alg", algorithm.into())])
}

/// The claims of a machine's access token that differ between tokens.
pub(super) struct AccessTokenClaims<'a> {
    pub(super) client_id: &'a str,
    pub(super) scope: &'a str,
    pub(super) issuer: &'a str,
    // Seconds since the Unix epoch.
    pub(super) issued_at: u64,
    pub(super) expires_at: u64,
}

impl AccessTokenClaims<'_> {
    /// Returns all claims in Cognito's order, with a new random `jti`.
    pub(super) fn to_json_object(&self) -> JsonObject {
        JsonObject::new([
            ("sub", self.client_id.into()),
            ("token_use", "access".into()),
            ("scope", self.scope.into()),
            ("auth_time", self.issued_at.into()),
            ("iss", self.issuer.into()),
            ("exp", self.expires_at.into()),
            ("iat", self.issued_at.into()),
            ("version", 2.into()),
            ("jti", random_uuid().into()),
            ("client_id", self.client_id.into()),
        ])
    }
}

// RFC 9562 section 5.4
fn random_uuid() -> String {
    let random = fastrand::u128(..);
    let versioned = random & !(0xf << 76) | (0x4 << 76);
    let digits = format!("{:032x}", versioned & !(0x3 << 62) | (0x2 << 62));
    let (time_low, rest) = digits.split_at(8);
    let (time_mid, rest) = rest.split_at(4);
    let (time_high, rest) = rest.split_at(4);
    let (sequence, node) = rest.split_at(4);
    format!("{time_low}-{time_mid}-{time_high}-{sequence}-{node}")
}
