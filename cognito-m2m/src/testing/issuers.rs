use std::borrow::Cow;

use super::fault::Endpoint;
use crate::issuer_type::IssuerType;
use crate::pool::{is_region, issuer_of};

/// The issuers of a user pool, and the loopback URLs of what Cognito publishes below each of them.
pub(super) struct Issuers {
    /// `http://127.0.0.1:<port>`.
    origin: String,
    user_pool_id: String,
    form: Form,
}

enum Form {
    /// One issuer, which never changes.
    Fixed(String),
    /// The issuers that Cognito derives from a Region and the user pool ID.
    Aws {
        primary_region: String,
        original: String,
        updated: String,
    },
}

/// What selects the issuer of a new token.
#[derive(Clone)]
pub(super) struct Issuing {
    pub(super) issuer_type: IssuerType,
    /// The Region of the replica that issues tokens, or `None` for the primary Region.
    pub(super) replica_region: Option<String>,
}

/// An issuer of the pool that publishes keys on loopback.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) endpoint: Endpoint,
    pub(super) issuer: String,
}

impl Issuers {
    pub(super) fn fixed(origin: String, user_pool_id: String, issuer: Option<String>) -> Self {
        let issuer = issuer.unwrap_or_else(|| format!("{origin}/{user_pool_id}"));
        Self {
            origin,
            user_pool_id,
            form: Form::Fixed(issuer),
        }
    }

    pub(super) fn of_aws(origin: String, user_pool_id: String, primary_region: &str) -> Self {
        let issuer = |issuer_type| issuer_of(issuer_type, primary_region, &user_pool_id);
        let form = Form::Aws {
            primary_region: primary_region.to_owned(),
            original: issuer(IssuerType::Original),
            updated: issuer(IssuerType::Updated),
        };
        Self {
            origin,
            user_pool_id,
            form,
        }
    }

    pub(super) fn user_pool_id(&self) -> &str {
        &self.user_pool_id
    }

    /// Returns the scheme, host and port of all loopback URLs.
    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns the primary Region of a pool with the issuers of AWS.
    pub(super) fn primary_region(&self) -> Option<&str> {
        match &self.form {
            Form::Fixed(_) => None,
            Form::Aws { primary_region, .. } => Some(primary_region),
        }
    }

    #[track_caller]
    pub(super) fn assert_of_aws(&self) {
        assert!(
            self.primary_region().is_some(),
            "the pool has a fixed issuer: call `issuer_type` on its builder"
        );
    }

    #[track_caller]
    pub(super) fn assert_region(&self, region: &str) {
        self.assert_of_aws();
        assert!(
            is_region(region),
            "expected a Region such as \"eu-west-1\", found {region:?}"
        );
    }

    /// Returns the issuer of tokens from the primary Region.
    pub(super) fn primary(&self, issuer_type: IssuerType) -> &str {
        match (&self.form, issuer_type) {
            (Form::Fixed(issuer), _) => issuer,
            (Form::Aws { original, .. }, IssuerType::Original) => original,
            (Form::Aws { updated, .. }, IssuerType::Updated) => updated,
        }
    }

    /// Returns the issuer of a new token.
    ///
    /// The tokens of a replica have an issuer of their own only with the ORIGINAL issuer type
    /// (`IssuerConfigurationType` in the Amazon Cognito API reference).
    pub(super) fn of_token(&self, issuing: &Issuing) -> Cow<'_, str> {
        match (&self.form, issuing.issuer_type, &issuing.replica_region) {
            (Form::Aws { .. }, IssuerType::Original, Some(region)) => {
                issuer_of(IssuerType::Original, region, &self.user_pool_id).into()
            }
            (_, issuer_type, _) => self.primary(issuer_type).into(),
        }
    }

    /// Returns the loopback URL that stands for an issuer of the pool.
    ///
    /// That of `https://<host>/<user pool ID>` is `http://127.0.0.1:<port>/<host>/<user pool ID>`.
    pub(super) fn loopback_url(&self, issuer: &str) -> String {
        match (&self.form, issuer.strip_prefix("https://")) {
            (Form::Aws { .. }, Some(rest)) => format!("{}/{rest}", self.origin),
            _ => format!("{}/{}", self.origin, self.user_pool_id),
        }
    }

    /// Returns the source whose documents are served at `/<host>/<user pool ID>/.well-known/`, or at
    /// `/<user pool ID>/.well-known/` for a pool with a fixed issuer.
    pub(super) fn source(&self, host: Option<&str>) -> Option<Source> {
        match (&self.form, host) {
            (Form::Fixed(issuer), None) => Some(Source {
                endpoint: Endpoint::Jwks,
                issuer: issuer.clone(),
            }),
            (Form::Aws { primary_region, .. }, Some(host)) => self.aws_source(primary_region, host),
            _ => None,
        }
    }

    fn aws_source(&self, primary_region: &str, host: &str) -> Option<Source> {
        let (service, rest) = host.split_once('.')?;
        let (region, _) = rest.split_once('.')?;
        let (endpoint, issuer_type) = match service {
            "cognito-idp" if region == primary_region => (Endpoint::Jwks, IssuerType::Original),
            "cognito-idp" if is_region(region) => (Endpoint::ReplicaJwks, IssuerType::Original),
            "issuer-cognito-idp" if region == primary_region => {
                (Endpoint::UpdatedJwks, IssuerType::Updated)
            }
            _ => return None,
        };
        let issuer = issuer_of(issuer_type, region, &self.user_pool_id);
        // The DNS suffix must be that of the Region's partition.
        let is_host = issuer == format!("https://{host}/{}", self.user_pool_id);
        is_host.then_some(Source { endpoint, issuer })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aws() -> Issuers {
        let (origin, id) = (
            "http://127.0.0.1:1".to_owned(),
            "cn-north-1_Local1".to_owned(),
        );
        Issuers::of_aws(origin, id, "cn-north-1")
    }

    fn endpoint_at(host: &str) -> Option<Endpoint> {
        aws().source(Some(host)).map(|source| source.endpoint)
    }

    #[test]
    fn host_selects_the_source() {
        for (host, endpoint) in [
            ("cognito-idp.cn-north-1.amazonaws.com.cn", Endpoint::Jwks),
            (
                "issuer-cognito-idp.cn-north-1.amazonaws.com.cn",
                Endpoint::UpdatedJwks,
            ),
            (
                "cognito-idp.cn-northwest-1.amazonaws.com.cn",
                Endpoint::ReplicaJwks,
            ),
        ] {
            assert_eq!(endpoint_at(host), Some(endpoint), "{host}");
        }
    }

    #[test]
    fn other_hosts_are_no_source() {
        for host in [
            "cognito-idp.cn-north-1.amazonaws.com",
            "issuer-cognito-idp.cn-northwest-1.amazonaws.com.cn",
            "cognito-idp.nowhere.amazonaws.com",
            "cognito-identity.cn-north-1.amazonaws.com.cn",
            "127.0.0.1",
            "",
        ] {
            assert_eq!(endpoint_at(host), None, "{host}");
        }
        assert_eq!(aws().source(None), None);
    }

    #[test]
    fn fixed_issuer_has_one_source_without_a_host() {
        let origin = "http://127.0.0.1:1".to_owned();
        let issuers = Issuers::fixed(origin, "a_1".to_owned(), None);
        let source = issuers.source(None).unwrap();
        assert_eq!(source.issuer, "http://127.0.0.1:1/a_1");
        assert_eq!(issuers.loopback_url(&source.issuer), source.issuer);
        let host = "cognito-idp.us-east-1.amazonaws.com";
        assert_eq!(issuers.source(Some(host)), None);
    }

    #[test]
    fn only_an_original_issuer_names_the_replica() {
        let issuers = aws();
        let of = |issuer_type, region: Option<&str>| {
            let replica_region = region.map(str::to_owned);
            let issuing = Issuing {
                issuer_type,
                replica_region,
            };
            issuers.of_token(&issuing).into_owned()
        };
        let updated = "https://issuer-cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_Local1";
        assert_eq!(of(IssuerType::Updated, Some("cn-northwest-1")), updated);
        assert_eq!(of(IssuerType::Updated, None), updated);
        assert_eq!(
            of(IssuerType::Original, Some("cn-northwest-1")),
            "https://cognito-idp.cn-northwest-1.amazonaws.com.cn/cn-north-1_Local1"
        );
        assert_eq!(
            of(IssuerType::Original, None),
            "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_Local1"
        );
    }
}
