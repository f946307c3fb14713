//! The decision table: for each reason code, the rule that refused the token and the setting with which
//! it would pass.

use std::collections::BTreeSet;

use crate::{configured::Configured, issuer, untrusted::UntrustedToken};

/// The greatest leeway that is worth setting, in seconds. With a greater one, the start-up log warns.
const MAX_LEEWAY: f64 = 300.0;

/// The explanation of a refusal.
#[derive(Debug)]
pub(crate) struct Explanation {
    /// What the rule requires.
    pub(crate) rule: &'static str,
    /// The members of the token that the rule is about.
    pub(crate) members: &'static [&'static str],
    pub(crate) remedy: Remedy,
}

/// How a refused token would be accepted.
#[derive(Debug, PartialEq)]
pub(crate) enum Remedy {
    /// With this setting.
    Setting(String),
    /// With no setting. The text is advice.
    NoSetting(&'static str),
}

impl Remedy {
    pub(crate) fn setting(text: &str) -> Self {
        Self::Setting(text.to_owned())
    }
}

/// Explains a refusal. `reason` is the code of `Refusal::reason`, and `now` is in seconds since the
/// Unix epoch.
pub(crate) fn explain(
    reason: &str,
    untrusted: &UntrustedToken,
    configured: &Configured,
    now: f64,
) -> Explanation {
    use Remedy::NoSetting;
    const OTHER_ISSUER: Remedy =
        NoSetting("Cognito issues no such token: find out where it is from");
    const CHANGED: Remedy =
        NoSetting("it was cut off or changed on its way, or it is not an access token of Cognito");
    const FORGED: Remedy = NoSetting(
        "the token was changed or forged; or `jwks_url` is set to the keys of another issuer",
    );
    let (rule, members, remedy): (_, &[_], _) = match reason {
        "missing" => (
            "there is a token",
            &[],
            NoSetting("pass it as the argument or on standard input"),
        ),
        "malformed_not_a_token" => (
            "a token has only the characters `A-Za-z0-9-_.`",
            &[],
            NoSetting("pass the token alone, without `Bearer`, quotes and blanks"),
        ),
        "too_long" => (
            "a token has at most `max_token_bytes`",
            &[],
            Remedy::Setting(format!(
                "`max_token_bytes` of at least {}, if you know why the token is so long",
                untrusted.bytes
            )),
        ),
        "not_three_parts" => ("a token has three parts, separated by dots", &[], CHANGED),
        "encrypted" => (
            "a token is signed, not encrypted",
            &[],
            NoSetting("refresh tokens of Cognito are encrypted: send the access token"),
        ),
        "base64" => ("each part is canonical base64url", &[], CHANGED),
        "json" => ("the header and the claims are JSON objects", &[], CHANGED),
        "duplicate_member" => ("no member occurs twice", &[], OTHER_ISSUER),
        "alg" => ("`alg` is RS256", &["alg"], OTHER_ISSUER),
        "kid" => ("`kid` names a key", &["kid"], OTHER_ISSUER),
        "crit" => (
            "the header requires no extension (`crit`)",
            &[],
            OTHER_ISSUER,
        ),
        "typ" => ("`typ` is absent, JWT or at+jwt", &["typ"], OTHER_ISSUER),
        "encoding" => (
            "the header has none of `cty`, `zip` and `b64`",
            &[],
            OTHER_ISSUER,
        ),
        "iss" => (
            "`iss` is an issuer of a configured user pool",
            &["iss"],
            issuer::remedy(untrusted.text("iss"), configured),
        ),
        "unknown_kid" => (
            "the user pool has a signing key with this `kid`",
            &["kid", "iss"],
            if configured.has_only_configured_keys {
                Remedy::setting(
                    "a `jwks_file` with the present keys of the user pool, or `jwks_fetch` on",
                )
            } else {
                FORGED
            },
        ),
        "signature" => (
            "the key that `kid` names has signed the token",
            &["kid", "iss"],
            FORGED,
        ),
        "token_use" => (
            "`token_use` is access",
            &["token_use"],
            NoSetting("send the access token, not the ID token"),
        ),
        "user_token" => (
            "the token is a machine's: it has no `username`",
            &["client_id", "scope"],
            Remedy::setting("`accept_user_tokens` = true, if users may call this API"),
        ),
        "client_id" => (
            "`client_id` is the ID of a client",
            &["client_id"],
            OTHER_ISSUER,
        ),
        "sub" => ("`sub` is absent or a string", &["sub"], OTHER_ISSUER),
        "date" => (
            "`exp` and `iat` are numbers, and `nbf` is absent or a number",
            &["exp", "iat", "nbf"],
            OTHER_ISSUER,
        ),
        "scope" => ("`scope` is absent or a string", &["scope"], OTHER_ISSUER),
        "expired" => (
            "the time is before `exp` plus `leeway`",
            &["exp"],
            leeway(
                untrusted.number("exp").map(|expiry| now - expiry),
                "fetch a new token",
            ),
        ),
        "not_yet_valid" => (
            "`iat` and `nbf` are at most `leeway` in the future",
            &["iat", "nbf"],
            leeway(
                latest_start(untrusted).map(|start| start - now),
                "correct the clock of this machine or that of the issuer",
            ),
        ),
        "lifetime" => (
            "`exp` is at most `max_token_lifetime` after `iat`",
            &["iat", "exp"],
            lifetime(untrusted),
        ),
        "aud" => (
            "`aud` contains `audience`",
            &["aud", "client_id"],
            audience(untrusted),
        ),
        "other_resource_server" => (
            "one of the scopes is `<identifier>/..` of a resource server in `resource_servers`",
            &["scope", "client_id"],
            resource_servers(untrusted.text("scope").unwrap_or_default()),
        ),
        "client_not_allowed" => (
            "the client is in the `allowed_client_ids` of its user pool",
            &["client_id", "iss"],
            Remedy::setting("the client in `allowed_client_ids` of that pool in `pools`"),
        ),
        "keys_unavailable" => (
            "the signing keys of the user pool have been fetched",
            &["iss"],
            NoSetting(
                "nothing is known about the token yet: check the network and `jwks_url`, and try again",
            ),
        ),
        _ => (
            "the token passes the checks of this program's `CognitoAuth`",
            &[],
            NoSetting("the guide has a page on reason codes: `why_a_401`"),
        ),
    };
    Explanation {
        rule,
        members,
        remedy,
    }
}

/// Returns the leeway that covers this number of seconds, if it is plausible.
fn leeway(seconds: Option<f64>, otherwise: &'static str) -> Remedy {
    match seconds {
        Some(seconds) if (0.0..MAX_LEEWAY).contains(&seconds) => {
            Remedy::Setting(format!("`leeway` of at least {} s", seconds.floor() + 1.0))
        }
        _ => Remedy::NoSetting(otherwise),
    }
}

fn latest_start(untrusted: &UntrustedToken) -> Option<f64> {
    let issued = untrusted.number("iat")?;
    Some(
        untrusted
            .number("nbf")
            .map_or(issued, |start| start.max(issued)),
    )
}

fn lifetime(untrusted: &UntrustedToken) -> Remedy {
    match (untrusted.number("iat"), untrusted.number("exp")) {
        (Some(issued), Some(expiry)) if expiry - issued < 1e9 => Remedy::Setting(format!(
            "`max_token_lifetime` of at least {} s; Cognito's tokens live for 24 h or less",
            (expiry - issued).ceil()
        )),
        _ => Remedy::NoSetting("the token practically never expires"),
    }
}

fn audience(untrusted: &UntrustedToken) -> Remedy {
    Remedy::setting(if untrusted.has("aud") {
        "the token's own `aud` as `audience`; or no `audience`, and `resource_servers` instead"
    } else {
        "no `audience`, and `resource_servers` instead, since Cognito puts no `aud` into a machine token; or `require_audience` = false"
    })
}

/// Returns the identifiers of the resource servers that the scopes belong to. The last slash ends the
/// identifier.
fn resource_servers(untrusted_scopes: &str) -> Remedy {
    let scopes = untrusted_scopes.split(' ');
    let identifiers: BTreeSet<_> = scopes
        .filter_map(|scope| scope.rsplit_once('/'))
        .filter(|(identifier, name)| !identifier.is_empty() && !name.is_empty())
        .map(|(identifier, _)| format!("{identifier:?}"))
        .take(10)
        .collect();
    if identifiers.is_empty() {
        return Remedy::NoSetting(
            "the token is for no API: give the client a scope of this API's resource server, and request it",
        );
    }
    let identifiers: Vec<_> = identifiers.into_iter().collect();
    Remedy::Setting(format!(
        "{} in `resource_servers`, if this API is that resource server; otherwise the client needs a scope of this API",
        identifiers.join(" or ")
    ))
}

#[cfg(test)]
mod tests;
