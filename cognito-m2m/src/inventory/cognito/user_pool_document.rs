//! The output of the AWS CLI.

use std::fmt;

use serde_json::{Map, Value};

use crate::inventory::cognito::app_client::AppClient;
use crate::inventory::cognito::invalid_user_pool_document::InvalidUserPoolDocument;
use crate::scope::Scope;

/// A fact in a document.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Document {
    /// The document lists scopes, perhaps none.
    Scopes,
    Scope {
        scope: String,
        description: Option<String>,
    },
    ServerName {
        identifier: String,
        name: String,
    },
    Client(AppClient),
    UserPool(String),
}

type Documents = Result<Vec<Document>, InvalidUserPoolDocument>;

/// Reads one JSON document, or several of them one after another.
pub(super) fn documents(text: &str) -> Documents {
    // Some editors and shells write a byte order mark.
    let text = text.trim_start_matches('\u{feff}');
    let mut found = Vec::new();
    let mut is_empty = true;
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        is_empty = false;
        found.extend(document(&value?)?);
    }
    if is_empty {
        return Err(InvalidUserPoolDocument::Empty);
    }
    Ok(found)
}

fn document(value: &Value) -> Documents {
    let place = Place::root();
    match value {
        Value::Array(entries) if entries.is_empty() => Ok(vec![Document::Scopes]),
        Value::Array(entries) if entries.iter().all(Value::is_string) => {
            let entries = entries.iter().enumerate();
            let scopes = entries.map(|(index, entry)| listed_scope(entry, &place.index(index)));
            scopes.collect()
        }
        Value::Array(entries) => {
            let entries = entries.iter().enumerate();
            let each = entries.map(|(index, entry)| object(entry, &place.index(index)));
            Ok(each
                .collect::<Result<Vec<_>, _>>()?
                .into_iter()
                .flatten()
                .collect())
        }
        other => object(other, &place),
    }
}

fn listed_scope(value: &Value, place: &Place) -> Result<Document, InvalidUserPoolDocument> {
    let text = value.as_str().ok_or_else(|| place.expected("a scope"))?;
    Ok(Document::Scope {
        scope: place.scope(text)?,
        description: None,
    })
}

fn object(value: &Value, place: &Place) -> Documents {
    let has = |name| value.get(name).is_some();
    if has("ResourceServers") {
        return resource_servers(value, place);
    }
    if let Some(server) = value.get("ResourceServer") {
        return resource_server(server, &place.member("ResourceServer"));
    }
    if let Some(described) = value.get("UserPoolClient") {
        return client(described, &place.member("UserPoolClient"));
    }
    if has("ClientId") {
        return client(value, place);
    }
    if has("UserPoolClients") {
        return Err(InvalidUserPoolDocument::ClientsWithoutScopes);
    }
    let place = place.to_string();
    Err(InvalidUserPoolDocument::Kind { place })
}

fn resource_servers(list: &Value, place: &Place) -> Documents {
    if list.get("NextToken").is_some_and(|token| !token.is_null()) {
        return Err(InvalidUserPoolDocument::Incomplete);
    }
    let list = Members::of(list, place)?;
    let mut found = vec![Document::Scopes];
    for (server, place) in list.array("ResourceServers")?.unwrap_or_default() {
        found.extend(resource_server(server, &place)?);
    }
    Ok(found)
}

fn resource_server(server: &Value, place: &Place) -> Documents {
    let server = Members::of(server, place)?;
    let identifier = server.required_text("Identifier")?;
    let mut found = vec![Document::Scopes];
    found.extend(server.text("UserPoolId")?.map(Document::UserPool));
    for (scope, place) in server.array("Scopes")?.unwrap_or_default() {
        let members = Members::of(scope, &place)?;
        let name = members.required_text("ScopeName")?;
        found.push(Document::Scope {
            scope: place
                .member("ScopeName")
                .scope(&format!("{identifier}/{name}"))?,
            description: members.text("ScopeDescription")?,
        });
    }
    let name = server.text("Name")?;
    found.extend(name.map(|name| Document::ServerName { identifier, name }));
    Ok(found)
}

fn client(client: &Value, place: &Place) -> Documents {
    let client = Members::of(client, place)?;
    let flows = client.texts("AllowedOAuthFlows")?;
    // Without the member, the client's flows decide.
    let is_enabled = client.boolean("AllowedOAuthFlowsUserPoolClient")? != Some(false);
    let mut found: Vec<_> = client
        .text("UserPoolId")?
        .map(Document::UserPool)
        .into_iter()
        .collect();
    found.push(Document::Client(AppClient {
        id: client.required_text("ClientId")?,
        name: client.text("ClientName")?,
        scopes: client.texts("AllowedOAuthScopes")?.into_iter().collect(),
        client_credentials: is_enabled && flows.iter().any(|flow| flow == "client_credentials"),
    }));
    Ok(found)
}

/// The members of an object, and its place. A member that is `null` counts as absent.
struct Members<'v> {
    members: &'v Map<String, Value>,
    place: &'v Place,
}

impl<'v> Members<'v> {
    fn of(value: &'v Value, place: &'v Place) -> Result<Self, InvalidUserPoolDocument> {
        let members = value
            .as_object()
            .ok_or_else(|| place.expected("an object"))?;
        Ok(Self { members, place })
    }

    /// Returns a member, or `None` if it is absent, or an error if it has another type.
    fn optional<T>(
        &self,
        name: &str,
        expected: &'static str,
        read: impl Fn(&'v Value) -> Option<T>,
    ) -> Result<Option<T>, InvalidUserPoolDocument> {
        match self.members.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => read(value)
                .map(Some)
                .ok_or_else(|| self.place.member(name).expected(expected)),
        }
    }

    fn text(&self, name: &str) -> Result<Option<String>, InvalidUserPoolDocument> {
        self.optional(name, "a string", |value| value.as_str().map(str::to_owned))
    }

    fn required_text(&self, name: &str) -> Result<String, InvalidUserPoolDocument> {
        let text = self.text(name)?.filter(|text| !text.is_empty());
        text.ok_or_else(|| {
            self.place
                .member(name)
                .expected("a string that is not empty")
        })
    }

    fn boolean(&self, name: &str) -> Result<Option<bool>, InvalidUserPoolDocument> {
        self.optional(name, "`true` or `false`", Value::as_bool)
    }

    fn array(
        &self,
        name: &str,
    ) -> Result<Option<Vec<(&'v Value, Place)>>, InvalidUserPoolDocument> {
        let place = self.place.member(name);
        let array = self.optional(name, "a list", Value::as_array)?;
        let entries = |entries: &'v Vec<Value>| {
            let entries = entries.iter().enumerate();
            entries
                .map(|(index, entry)| (entry, place.index(index)))
                .collect()
        };
        Ok(array.map(entries))
    }

    fn texts(&self, name: &str) -> Result<Vec<String>, InvalidUserPoolDocument> {
        let entries = self.array(name)?.unwrap_or_default().into_iter();
        let text = |(entry, place): (&Value, Place)| {
            let text = entry.as_str().map(str::to_owned);
            text.ok_or_else(|| place.expected("a string"))
        };
        entries.map(text).collect()
    }
}

/// A place in a document as a path of `jq`, such as `.ResourceServers[0].Identifier`.
struct Place(String);

impl Place {
    fn root() -> Self {
        Self(String::new())
    }

    fn member(&self, name: &str) -> Self {
        Self(format!("{}.{name}", self.0))
    }

    fn index(&self, index: usize) -> Self {
        let root = if self.0.is_empty() { "." } else { "" };
        Self(format!("{root}{}[{index}]", self.0))
    }

    fn expected(&self, expected: &'static str) -> InvalidUserPoolDocument {
        InvalidUserPoolDocument::Member {
            place: self.to_string(),
            expected,
        }
    }

    fn scope(&self, text: &str) -> Result<String, InvalidUserPoolDocument> {
        match Scope::new(text.to_owned()) {
            Ok(scope) => Ok(scope.to_string()),
            Err(source) => Err(InvalidUserPoolDocument::Scope {
                place: self.to_string(),
                source,
            }),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_str() {
            "" => f.write_str("the document"),
            place => write!(f, "`{place}`"),
        }
    }
}
