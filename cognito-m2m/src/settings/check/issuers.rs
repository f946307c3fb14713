use url::Url;

use super::faults::Faults;
use super::url::{check_issuer, check_jwks_url};
use crate::issuer_type::IssuerType;
use crate::pool::{is_region, issuer_of, jwks_url_of, partition_of, region_of};
use crate::settings::pool::PoolSettings;
use crate::settings::table::Settings;

/// The issuers of a user pool, and the URLs of its keys.
pub(crate) struct CheckedIssuers {
    pub(crate) issuers: Vec<CheckedIssuer>,
    /// Empty if no keys are fetched.
    pub(crate) sources: Vec<CheckedSource>,
}

/// An issuer whose tokens are accepted.
pub(crate) struct CheckedIssuer {
    pub(crate) text: Box<str>,
    /// The position of the URL with its keys.
    pub(crate) source: usize,
}

/// A URL with keys of the user pool.
pub(crate) struct CheckedSource {
    pub(crate) name: Box<str>,
    pub(crate) jwks_url: Url,
    /// The host of an UPDATED issuer answers 403 for a pool that was never switched to it.
    pub(crate) is_updated_issuer: bool,
}

/// Checks the issuers of a user pool and the URLs of its keys. It checks every setting before it
/// returns `None`, so that all faults are found.
pub(super) fn check_issuers(
    faults: &mut Faults,
    settings: &Settings,
    pool: &PoolSettings,
    path: &str,
) -> Option<CheckedIssuers> {
    let is_fetched = pool.jwks_fetch.unwrap_or(settings.jwks_fetch);
    let has_given_urls = pool.issuer.is_some() && (pool.jwks_url.is_some() || !is_fetched);
    let id = check_user_pool_id(faults, pool, path, !has_given_urls);
    let derived = derived_issuers(faults, settings, pool, path, id);
    let jwks_url = pool
        .jwks_url
        .as_deref()
        .map(|url| check_jwks_url(faults, settings, &format!("{path}jwks_url"), url));
    let issuers = match &pool.issuer {
        Some(issuer) => {
            check_issuer(faults, settings, &format!("{path}issuer"), issuer)?;
            vec![issuer.as_str()]
        }
        None => derived.iter().map(|it| it.issuer.as_str()).collect(),
    };
    let sources = match jwks_url {
        _ if !is_fetched => Vec::new(),
        Some(jwks_url) => vec![CheckedSource {
            name: "jwks_url".into(),
            jwks_url: jwks_url?,
            is_updated_issuer: false,
        }],
        None => {
            let count = issuers.len();
            let derived = derived.iter().take(count);
            derived
                .map(|it| it.source(pool.aws_origin.as_deref()))
                .collect::<Option<_>>()?
        }
    };
    let last_source = sources.len().saturating_sub(1);
    let issuers: Vec<_> = (0..)
        .zip(issuers)
        .map(|(position, text)| CheckedIssuer {
            text: text.into(),
            source: last_source.min(position),
        })
        .collect();
    (!issuers.is_empty()).then_some(CheckedIssuers { issuers, sources })
}

/// An issuer that follows from the ID of the user pool.
struct DerivedIssuer {
    issuer_type: IssuerType,
    /// The Region of the replica, for an issuer of one.
    replica: Option<String>,
    issuer: String,
}

impl DerivedIssuer {
    fn source(&self, aws_origin: Option<&str>) -> Option<CheckedSource> {
        let issuer = match aws_origin {
            Some(origin) => self.issuer.replacen("https:/", origin, 1),
            None => self.issuer.clone(),
        };
        let name = match (self.issuer_type, &self.replica) {
            (_, Some(region)) => format!("replica {region}"),
            (IssuerType::Original, None) => "original".to_owned(),
            (IssuerType::Updated, None) => "updated".to_owned(),
        };
        Some(CheckedSource {
            name: name.into(),
            jwks_url: Url::parse(&jwks_url_of(&issuer)).ok()?,
            is_updated_issuer: self.issuer_type == IssuerType::Updated,
        })
    }
}

/// Returns the issuers of a user pool that is given by Region and ID. If `issuer` is set, only the
/// original one is returned, whose URL has the keys.
fn derived_issuers(
    faults: &mut Faults,
    settings: &Settings,
    pool: &PoolSettings,
    path: &str,
    id: Option<(&str, &str)>,
) -> Vec<DerivedIssuer> {
    let types = check_issuer_types(faults, settings, pool, path);
    let replicas = check_replica_regions(faults, pool, path, id.map(|(region, _)| region));
    let Some((region, id)) = id else {
        return Vec::new();
    };
    let issuer = |issuer_type, region, replica| DerivedIssuer {
        issuer_type,
        replica,
        issuer: issuer_of(issuer_type, region, id),
    };
    if pool.issuer.is_some() {
        return vec![issuer(IssuerType::Original, region, None)];
    }
    let own = types.into_iter().map(|it| issuer(it, region, None));
    let of_replicas = replicas.into_iter();
    let of_replicas = of_replicas.map(|it| issuer(IssuerType::Original, it, Some(it.to_owned())));
    own.chain(of_replicas).collect()
}

fn check_issuer_types(
    faults: &mut Faults,
    settings: &Settings,
    pool: &PoolSettings,
    path: &str,
) -> Vec<IssuerType> {
    let setting = format!("{path}issuer_types");
    let Some(types) = pool
        .issuer_types
        .as_ref()
        .or(settings.issuer_types.as_ref())
    else {
        return vec![IssuerType::Original, IssuerType::Updated];
    };
    if types.is_empty() {
        faults.add(
            &setting,
            "is empty: list `original`, `updated` or both, or remove the list",
        );
    }
    // The top-level setting may be there for additional pools.
    let is_for_others = path.is_empty() && !settings.pools.is_empty();
    if pool.issuer.is_some() && pool.issuer_types.is_some() && !is_for_others {
        faults.add(
            setting,
            "can't be combined with `issuer`, which is the only issuer then",
        );
    }
    let all = [IssuerType::Original, IssuerType::Updated];
    all.into_iter().filter(|it| types.contains(it)).collect()
}

/// Returns the Regions of the replicas, each once.
fn check_replica_regions<'p>(
    faults: &mut Faults,
    pool: &'p PoolSettings,
    path: &str,
    own_region: Option<&str>,
) -> Vec<&'p str> {
    let setting = format!("{path}replica_regions");
    let Some(regions) = &pool.replica_regions else {
        return Vec::new();
    };
    if regions.is_empty() {
        faults.add(
            &setting,
            "is empty: list at least one Region or remove the list",
        );
    }
    if pool.issuer.is_some() {
        faults.add(
            &setting,
            "can't be combined with `issuer`, which is the only issuer then",
        );
    }
    let mut checked: Vec<&str> = Vec::new();
    for (position, region) in (1_usize..).zip(regions) {
        let problem = match own_region {
            _ if !is_region(region) => "expected an AWS Region like `us-east-1`",
            Some(own) if own == region => {
                "expected the Region of a replica, found that of the user pool itself"
            }
            Some(own) if partition_of(own) != partition_of(region) => {
                "expected a Region in the AWS partition of the user pool"
            }
            _ => {
                if !checked.contains(&region.as_str()) {
                    checked.push(region);
                }
                continue;
            }
        };
        faults.add(&setting, format!("entry {position}: {problem}"));
    }
    checked
}

/// Checks the user pool ID and the Region, and returns both. Neither is required if the URLs don't
/// follow from them.
fn check_user_pool_id<'p>(
    faults: &mut Faults,
    pool: &'p PoolSettings,
    path: &str,
    is_required: bool,
) -> Option<(&'p str, &'p str)> {
    let region_of_id = pool.user_pool_id.as_deref().and_then(region_of);
    let region = pool.region.as_deref().or(region_of_id);
    if is_required && region.is_some_and(|region| !is_region(region)) {
        faults.add(
            format!("{path}region"),
            "expected an AWS Region like `us-east-1`",
        );
    }
    if region_of_id.is_some() && region != region_of_id {
        faults.add(
            format!("{path}region"),
            "contradicts `user_pool_id`, which contains another Region: for the Region of a replica, set `replica_regions`",
        );
    }
    if !is_required {
        return None;
    }
    match (pool.user_pool_id.as_deref(), region_of_id) {
        (Some(id), Some(region)) => return Some((region, id)),
        (Some(_), None) => faults.add(
            format!("{path}user_pool_id"),
            "expected a user pool ID like `us-east-1_AbCdEfGhI`",
        ),
        (None, _) => {
            if region.is_none() {
                faults.add(
                    format!("{path}region"),
                    "required, unless `user_pool_id` (which contains the Region) is set, or `issuer` and `jwks_url` are both set",
                );
            }
            faults.add(
                format!("{path}user_pool_id"),
                "required, unless `issuer` and `jwks_url` are both set",
            );
        }
    }
    None
}

#[cfg(test)]
mod tests;
