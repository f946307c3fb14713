use std::time::Duration;

use secrecy::zeroize::Zeroizing;
use serde::{Deserialize, Serialize};

use crate::client::access_token::AccessToken;
use crate::client::fetched_token::FetchedToken;
use crate::client::requested_token::RequestedToken;
use crate::client::token_life::TokenLife;
use crate::client::token_response::untrusted_exp_of;
use crate::scope::ScopeSet;
use crate::time::ClockReading;

/// An entry of a store before its encryption.
#[derive(Serialize, Deserialize)]
struct Entry<'e> {
    /// The time of the token request by the wall clock, in milliseconds since the Unix epoch.
    received: u64,
    /// The lifetime of the token in milliseconds, counted from `received`.
    lifetime: u64,
    token: &'e str,
    /// The granted scopes, separated by spaces.
    granted: Option<String>,
}

/// Why an entry is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnusableEntry {
    Malformed,
    FromTheFuture,
    Expired,
}

/// Returns the entry of a token that was requested just now, or `None` if its lifetime is unknown.
pub(super) fn to_entry(fetched: &FetchedToken) -> Option<Zeroizing<Vec<u8>>> {
    let FetchedToken { token, life, .. } = fetched;
    let granted = token.granted_scopes();
    let entry = Entry {
        received: millis(life.requested_at().wall),
        lifetime: millis(life.lifetime()?),
        token: token.secret(),
        granted: granted.map(|granted| granted.iter().collect::<Vec<_>>().join(" ")),
    };
    serde_json::to_vec(&entry).ok().map(Zeroizing::new)
}

/// Returns the token of an entry that is read now.
pub(super) fn from_entry(
    entry: &[u8],
    requested: &RequestedToken,
    now: ClockReading,
) -> Result<FetchedToken, UnusableEntry> {
    let entry: Entry<'_> = serde_json::from_slice(entry).map_err(|_| UnusableEntry::Malformed)?;
    let life = TokenLife::stored(
        now,
        Duration::from_millis(entry.received),
        Duration::from_millis(entry.lifetime),
        untrusted_exp_of(entry.token),
    );
    let life = life.ok_or(UnusableEntry::FromTheFuture)?;
    life.check(now).map_err(|_| UnusableEntry::Expired)?;
    let granted = entry.granted.as_deref().map(ScopeSet::parse);
    let token = AccessToken::new(entry.token, requested.clone(), granted, life.lifetime());
    Ok(FetchedToken {
        token: token.ok_or(UnusableEntry::Malformed)?,
        life,
        is_from_store: true,
    })
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;

    use super::*;
    use crate::client::response_format::ResponseFormat;
    use crate::client::response_times::ResponseTimes;
    use crate::client::scopes::RequestedScopes;
    use crate::client::token_response::TokenResponse;

    const SECOND: Duration = Duration::from_secs(1);

    const RECEIPT: ClockReading = ClockReading {
        wall: Duration::from_secs(1_000_000),
        monotonic: Duration::from_secs(7),
    };

    fn requested() -> RequestedToken {
        RequestedToken {
            scopes: RequestedScopes::new("a b").unwrap(),
            ..RequestedToken::default()
        }
    }

    fn fetched(expires_in: &str) -> FetchedToken {
        let body =
            format!(r#"{{"access_token":"t","token_type":"Bearer","scope":"a"{expires_in}}}"#);
        let times = ResponseTimes::new(RECEIPT, &HeaderMap::new());
        let format = ResponseFormat::OAUTH;
        let response = TokenResponse::parse(body.as_bytes(), format, &requested(), times);
        FetchedToken::from_response(&response.unwrap())
    }

    fn read_at(wall: Duration) -> Result<FetchedToken, UnusableEntry> {
        let entry = to_entry(&fetched(r#","expires_in":1000"#)).unwrap();
        // In another process, whose monotonic clock has another origin.
        let now = ClockReading {
            wall,
            monotonic: SECOND,
        };
        from_entry(&entry, &requested(), now)
    }

    #[test]
    fn entry_keeps_the_token_with_its_scopes_and_times() {
        let read = read_at(RECEIPT.wall + SECOND * 300).unwrap();
        assert_eq!(read.token.secret(), "t");
        assert_eq!(read.token.missing_scopes(), ["b"]);
        assert_eq!(read.token.lifetime(), Some(SECOND * 1_000));
        let usable_until = read.life.usable_until().unwrap();
        assert_eq!(usable_until.wall, RECEIPT.wall + SECOND * 940);
        assert_eq!(usable_until.monotonic, SECOND * 641);
    }

    #[test]
    fn entry_from_the_future_and_expired_entries_are_not_used() {
        let problem = |wall| read_at(wall).err();
        let millisecond = Duration::from_millis(1);
        let early = problem(RECEIPT.wall - millisecond);
        assert_eq!(early, Some(UnusableEntry::FromTheFuture));
        assert_eq!(problem(RECEIPT.wall), None);
        let late = RECEIPT.wall + SECOND * 940;
        assert_eq!(problem(late - millisecond), None);
        assert_eq!(problem(late), Some(UnusableEntry::Expired));
    }

    #[test]
    fn other_contents_are_malformed() {
        for text in [
            "",
            "{}",
            r#"{"received":0,"lifetime":-1,"token":"t"}"#,
            r#"{"received":0,"lifetime":1000000,"token":"a b","granted":null}"#,
            r#"{"received":0,"lifetime":1000000,"token":7,"granted":null}"#,
        ] {
            let now = ClockReading::default();
            let read = from_entry(text.as_bytes(), &requested(), now);
            assert_eq!(read.err(), Some(UnusableEntry::Malformed), "{text}");
        }
    }

    #[test]
    fn token_of_unknown_lifetime_has_no_entry() {
        assert!(to_entry(&fetched("")).is_none());
    }
}
