//! The app clients in the file.

use std::collections::BTreeSet;

use cognito_m2m::{ClientId, scope::Scope};

use crate::document::{Document, Table};

const EXPECTED_SCOPE: &str = "expected a scope of visible ASCII characters other than `\"` and `\\` \
                              (RFC 6749 section 3.3)";

/// An app client.
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) second_secret: Option<String>,
    pub(crate) scopes: Vec<String>,
}

/// Reads the tables `[[clients]]`.
pub(crate) fn read_all(document: &mut Document<'_>, table: &mut Table<'_>) -> Vec<Client> {
    table.require(document, "clients", table.has("clients"));
    let tables = table.tables(document, "clients").into_iter();
    let mut ids = BTreeSet::new();
    let clients = tables.map(|mut table| {
        let client = read(document, &mut table, &mut ids);
        table.refuse_others(document);
        client
    });
    clients.collect()
}

fn read(document: &mut Document<'_>, table: &mut Table<'_>, ids: &mut BTreeSet<String>) -> Client {
    for name in ["id", "secret", "scopes"] {
        table.require(document, name, table.has(name));
    }
    let id = table.string(document, "id").and_then(|setting| {
        document.parsed(setting, |id| match ClientId::new(id.as_str()) {
            Err(_) => Err("expected the ID of an app client, of letters, digits, `_` and `+`"),
            Ok(_) if !ids.insert(id.clone()) => Err("another client has this ID"),
            Ok(_) => Ok(id.clone()),
        })
    });
    let secret = table.string(document, "secret");
    let second_secret = table.string(document, "second_secret");
    if let (Some(first), Some(second)) = (&secret, &second_secret)
        && first.value == second.value
    {
        document.refuse(second, "expected another secret than `secret`");
    }
    Client {
        id: id.map(|id| id.value).unwrap_or_default(),
        secret: secret.map(|secret| secret.value).unwrap_or_default(),
        second_secret: second_secret.map(|secret| secret.value),
        scopes: scopes(document, table),
    }
}

fn scopes(document: &mut Document<'_>, table: &mut Table<'_>) -> Vec<String> {
    let Some(list) = table.strings(document, "scopes") else {
        return Vec::new();
    };
    if list.value.is_empty() {
        document.refuse(&list, "expected at least one scope, such as `widgets/read`");
    }
    let mut scopes: Vec<String> = Vec::new();
    for scope in list.value {
        match Scope::new(scope.value.clone()) {
            Err(_) => document.refuse(&scope, EXPECTED_SCOPE),
            Ok(_) if scopes.contains(&scope.value) => {
                document.refuse(&scope, "is in the list twice");
            }
            Ok(_) => scopes.push(scope.value),
        }
    }
    scopes
}
