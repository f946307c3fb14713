//! The file of clients.

use std::{
    error::Error,
    fs,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use actix_web::http::Uri;
use cognito_m2m::{
    settings::IssuerType,
    testing::{LocalCognito, LocalCognitoBuilder, SigningKey},
};

use crate::{
    client::{self, Client},
    document::{Document, Table},
    fault::InvalidFile,
};

const DEFAULT_PORT: u16 = 9229;
const DEFAULT_USER_POOL_ID: &str = "us-east-1_Local0001";
const DEFAULT_LIFETIME: Duration = Duration::from_secs(3600);

/// The longest lifetime of Cognito's access tokens, one day.
const MAX_LIFETIME: i64 = 24 * 3600;

/// The settings in the file.
pub(crate) struct Configuration {
    pub(crate) path: PathBuf,
    pub(crate) address: SocketAddr,
    pub(crate) key_file: PathBuf,
    pub(crate) clients: Vec<Client>,
    pub(crate) user_pool_id: String,
    pub(crate) issuer: Issuer,
    token_lifetime: Duration,
}

/// The issuer of the tokens.
pub(crate) enum Issuer {
    /// The URL of the user pool on this machine.
    Local,
    /// An issuer of the user pool in AWS.
    Aws(IssuerType),
    Custom(String),
}

impl Configuration {
    /// Reads the file, and reports all its mistakes.
    pub(crate) fn load(path: &Path) -> Result<Self, Box<dyn Error>> {
        let text = fs::read_to_string(path)
            .map_err(|error| format!("failed to read {}: {error}", path.display()))?;
        Ok(Self::parse(path, &text)?)
    }

    fn parse(path: &Path, text: &str) -> Result<Self, InvalidFile> {
        let (mut document, mut table) = Document::parse(text);
        if !document.faults.is_empty() {
            return Err(InvalidFile::new(path, document.faults));
        }
        let configuration = Self {
            path: path.to_owned(),
            address: address(&mut document, &mut table),
            user_pool_id: user_pool_id(&mut document, &mut table),
            issuer: issuer(&mut document, &mut table),
            token_lifetime: token_lifetime(&mut document, &mut table),
            key_file: key_file(&mut document, &mut table, path),
            clients: client::read_all(&mut document, &mut table),
        };
        table.refuse_others(&mut document);
        if document.faults.is_empty() {
            Ok(configuration)
        } else {
            Err(InvalidFile::new(path, document.faults))
        }
    }

    /// Returns the builder of the local Cognito that both commands use.
    pub(crate) fn builder(&self, keys: [SigningKey; 2]) -> LocalCognitoBuilder {
        let builder = LocalCognito::builder()
            .address(self.address)
            .user_pool_id(&self.user_pool_id)
            .token_lifetime(self.token_lifetime)
            .signing_keys(keys);
        match &self.issuer {
            Issuer::Local => builder,
            Issuer::Aws(issuer_type) => builder.issuer_type(*issuer_type),
            Issuer::Custom(issuer) => builder.issuer(issuer),
        }
    }
}

fn address(document: &mut Document<'_>, table: &mut Table<'_>) -> SocketAddr {
    let address = table.string(document, "address").and_then(|setting| {
        document.parsed(setting, |text| {
            text.parse()
                .map_err(|_| "expected an IP address, such as `127.0.0.1`")
        })
    });
    let port = table.integer(document, "port").and_then(|setting| {
        document.parsed(setting, |number| match u16::try_from(*number) {
            Ok(port) if port > 0 => Ok(port),
            _ => Err("expected a port from 1 to 65535"),
        })
    });
    let address = address.map_or(IpAddr::from(Ipv4Addr::LOCALHOST), |address| address.value);
    SocketAddr::new(address, port.map_or(DEFAULT_PORT, |port| port.value))
}

fn user_pool_id(document: &mut Document<'_>, table: &mut Table<'_>) -> String {
    let setting = table.string(document, "user_pool_id").and_then(|setting| {
        document.parsed(setting, |id| {
            if is_user_pool_id(id) {
                Ok(id.clone())
            } else {
                Err("expected the ID of a user pool, such as `us-east-1_Local0001`")
            }
        })
    });
    setting.map_or_else(|| DEFAULT_USER_POOL_ID.to_owned(), |setting| setting.value)
}

/// Returns `true` for a Region such as `us-gov-west-1`, an underscore, and letters and digits.
fn is_user_pool_id(text: &str) -> bool {
    let Some((region, suffix)) = text.split_once('_') else {
        return false;
    };
    let mut words: Vec<&str> = region.split('-').collect();
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
    let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
    words.pop().is_some_and(is_number)
        && matches!(words.len(), 2 | 3)
        && words.iter().all(is_word)
        && !suffix.is_empty()
        && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && text.len() <= 55
}

fn issuer(document: &mut Document<'_>, table: &mut Table<'_>) -> Issuer {
    let setting = table.string(document, "issuer").and_then(|setting| {
        document.parsed(setting, |text| match text.as_str() {
            "local" => Ok(Issuer::Local),
            "original" => Ok(Issuer::Aws(IssuerType::Original)),
            "updated" => Ok(Issuer::Aws(IssuerType::Updated)),
            url if is_issuer(url) => Ok(Issuer::Custom(url.to_owned())),
            _ => Err(
                "expected `local`, `original`, `updated`, or a URL with https, or http for a \
                 loopback address, without user, query and fragment",
            ),
        })
    });
    setting.map_or(Issuer::Local, |setting| setting.value)
}

/// Returns `true` for an issuer that an API accepts by default.
fn is_issuer(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else {
        return false;
    };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return false;
    };
    let host = authority.host().trim_matches(['[', ']']);
    let is_loopback = host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    let has_extras = url.contains(['?', '#', '@']);
    !has_extras && (scheme == "https" || scheme == "http" && is_loopback)
}

fn token_lifetime(document: &mut Document<'_>, table: &mut Table<'_>) -> Duration {
    let setting = table
        .integer(document, "token_lifetime")
        .and_then(|setting| {
            document.parsed(setting, |seconds| match u64::try_from(*seconds) {
                Ok(positive @ 1..) if *seconds <= MAX_LIFETIME => Ok(Duration::from_secs(positive)),
                _ => Err("expected a number of seconds from 1 to 86400"),
            })
        });
    setting.map_or(DEFAULT_LIFETIME, |setting| setting.value)
}

/// A relative path starts at the folder of the file of clients.
fn key_file(document: &mut Document<'_>, table: &mut Table<'_>, path: &Path) -> PathBuf {
    match table.string(document, "key_file") {
        Some(setting) => path.with_file_name(setting.value),
        None => path.with_extension("keys.json"),
    }
}
