use std::collections::{BTreeMap, BTreeSet};

use crate::inventory::cognito::app_client::AppClient;
use crate::inventory::cognito::invalid_user_pool_document::InvalidUserPoolDocument;
use crate::inventory::cognito::user_pool_document::{Document, documents};
use crate::policy::ResourceServers;
use crate::scope::{InvalidScope, Scope};

/// The scopes and app clients that exist in a user pool, from the output of the AWS CLI.
///
/// | document | from |
/// | --- | --- |
/// | scopes | `aws cognito-idp list-resource-servers --user-pool-id ID` |
/// | scopes | a JSON list of scopes: `["widgets/read", "widgets/write"]` |
/// | scopes of one resource server | `aws cognito-idp describe-resource-server` |
/// | an app client | `aws cognito-idp describe-user-pool-client` |
///
/// Each document may also be a list of such documents, or several of them one after another, as a shell
/// loop writes them. Other members are ignored.
///
/// The description of an app client contains its secret. It is not read, but the file is better without
/// it: `--query 'UserPoolClient.{ClientId:ClientId,ClientName:ClientName,AllowedOAuthFlows:AllowedOAuthFlows,AllowedOAuthScopes:AllowedOAuthScopes}'`.
///
/// # Examples
///
/// ```
/// use cognito_m2m::inventory::ExistingUserPool;
///
/// let existing = ExistingUserPool::default()
///     .with_json(r#"{ "ResourceServers": [{
///         "UserPoolId": "eu-central-1_EXAMPLE", "Identifier": "widgets", "Name": "Widgets",
///         "Scopes": [{ "ScopeName": "read", "ScopeDescription": "Read widgets" }]
///     }] }"#)?
///     .with_json(r#"{ "UserPoolClient": {
///         "ClientId": "reporting", "AllowedOAuthFlows": ["client_credentials"],
///         "AllowedOAuthScopes": ["widgets/read"]
///     } }"#)?;
/// assert_eq!(existing.clients().count(), 1);
/// # Ok::<(), cognito_m2m::inventory::InvalidUserPoolDocument>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExistingUserPool {
    /// The scopes and their descriptions, if a document lists scopes.
    scopes: Option<BTreeMap<String, Option<String>>>,
    /// The names of the resource servers by identifier.
    names: BTreeMap<String, String>,
    clients: BTreeMap<String, AppClient>,
    user_pool_id: Option<String>,
    /// The resource servers of the API, if they are known.
    own: Option<ResourceServers>,
    trigger_scopes: BTreeSet<String>,
}

impl ExistingUserPool {
    /// Adds what a JSON document describes.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidUserPoolDocument`] if the document is of another kind, if a member is absent or has another
    /// type, if a list is incomplete, or if the documents belong to several user pools.
    pub fn with_json(mut self, text: &str) -> Result<Self, InvalidUserPoolDocument> {
        for document in documents(text)? {
            self.add(document)?;
        }
        Ok(self)
    }

    /// Limits the findings about unused scopes and clients to these resource servers.
    ///
    /// [`Inventory::drift`](crate::inventory::Inventory::drift) then reports unused scopes of these resource
    /// servers only, idle clients only if they hold one of their scopes, and undefined scopes that no rule
    /// requires only if `scopes!` defines them for one of these resource servers.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::inventory::{self, ExistingUserPool};
    /// use cognito_m2m::policy::ResourceServers;
    ///
    /// let existing = ExistingUserPool::default()
    ///     .with_json(r#"["widgets/read", "billing/read"]"#)?
    ///     .for_resource_servers(ResourceServers::new(["widgets"])?);
    /// let drift = inventory::routes().drift(&existing);
    /// assert!(!drift.to_string().contains("billing"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn for_resource_servers(mut self, servers: ResourceServers) -> Self {
        self.own = Some(servers);
        self
    }

    /// Adds scopes that a Pre token generation trigger adds to the tokens of all clients (`scopesToAdd`).
    ///
    /// Only a trigger of the event version `V3_0` applies to the client-credentials grant («Pre token
    /// generation Lambda trigger» in the Amazon Cognito developer guide). No resource server has to define
    /// these scopes.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidScope`] for the first text that is not a scope.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::inventory::ExistingUserPool;
    ///
    /// let existing = ExistingUserPool::default()
    ///     .with_json(r#"["widgets/read"]"#)?
    ///     .with_trigger_scopes(["partner"])?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with_trigger_scopes<S: Into<String>>(
        mut self,
        scopes: impl IntoIterator<Item = S>,
    ) -> Result<Self, InvalidScope> {
        for scope in scopes {
            let scope = Scope::new(scope.into())?;
            self.trigger_scopes.insert(scope.to_string());
        }
        Ok(self)
    }

    fn add(&mut self, document: Document) -> Result<(), InvalidUserPoolDocument> {
        match document {
            Document::Scopes => {
                self.scopes.get_or_insert_default();
            }
            Document::Scope { scope, description } => {
                let scopes = self.scopes.get_or_insert_default();
                let known = scopes.entry(scope).or_default();
                *known = description.or(known.take());
            }
            Document::ServerName { identifier, name } => {
                self.names.insert(identifier, name);
            }
            Document::Client(client) => {
                self.clients.insert(client.id.clone(), client);
            }
            Document::UserPool(id) => match &self.user_pool_id {
                Some(first) if *first != id => {
                    return Err(InvalidUserPoolDocument::SeveralUserPools {
                        first: first.clone(),
                        second: id,
                    });
                }
                _ => self.user_pool_id = Some(id),
            },
        }
        Ok(())
    }

    /// Returns the scopes that the resource servers define, or `None` if no document lists scopes.
    #[must_use]
    pub fn scopes(&self) -> Option<impl Iterator<Item = &str>> {
        let scopes = self.scopes.as_ref()?;
        Some(scopes.keys().map(String::as_str))
    }

    /// Returns the described app clients, sorted by ID.
    pub fn clients(&self) -> impl ExactSizeIterator<Item = &AppClient> {
        self.clients.values()
    }

    /// Returns `true` if a resource server defines the scope, or if no document lists scopes.
    pub(super) fn may_define(&self, scope: &str) -> bool {
        let scopes = self.scopes.as_ref();
        scopes.is_none_or(|scopes| scopes.contains_key(scope))
    }

    /// Returns the scopes that a trigger adds to each token.
    pub(super) fn trigger_scopes(&self) -> impl Iterator<Item = &str> {
        self.trigger_scopes.iter().map(String::as_str)
    }

    /// Returns `true` if a trigger adds the scope to each token.
    pub(super) fn is_of_trigger(&self, scope: &str) -> bool {
        self.trigger_scopes.contains(scope)
    }

    /// Returns `true` if the scope belongs to the API, as far as its resource servers are known.
    pub(super) fn is_own(&self, scope: &str) -> bool {
        self.own.as_ref().is_none_or(|servers| servers.own(scope))
    }

    /// Returns `true` if the client belongs to the API, as far as its resource servers are known.
    pub(super) fn is_own_client(&self, client: &AppClient) -> bool {
        self.own.as_ref().is_none_or(|servers| {
            let mut scopes = client.custom_scopes();
            scopes.any(|scope| servers.own(scope))
        })
    }

    pub(super) fn description_of(&self, scope: &str) -> Option<&str> {
        self.scopes.as_ref()?.get(scope)?.as_deref()
    }

    pub(super) fn name_of(&self, identifier: &str) -> Option<&str> {
        self.names.get(identifier).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ExistingUserPool, InvalidUserPoolDocument> {
        ExistingUserPool::default().with_json(text)
    }

    fn scopes(text: &str) -> Option<Vec<String>> {
        let existing = read(text).expect("a valid document");
        let scopes = existing.scopes()?.map(str::to_owned);
        Some(scopes.collect())
    }

    #[test]
    fn all_forms_of_a_list_of_scopes_are_read() {
        let listing = r#"{ "ResourceServers": [
            { "UserPoolId": "p_1", "Identifier": "https://a.example/v1", "Name": "A", "Unknown": {},
              "Scopes": [{ "ScopeName": "x", "ScopeDescription": "X", "Unknown": 1 }] },
            { "UserPoolId": "p_1", "Identifier": "b", "Name": "B" },
            { "UserPoolId": "p_1", "Identifier": "c", "Name": "C", "Scopes": null }
        ], "NextToken": null, "Unknown": [] }"#;
        let single =
            r#"{ "ResourceServer": { "Identifier": "a", "Scopes": [{ "ScopeName": "x" }] } }"#;
        for (text, expected) in [
            (listing, vec!["https://a.example/v1/x"]),
            (single, vec!["a/x"]),
            (&format!("[{single}]"), vec!["a/x"]),
            (r#"["b/y", "a/x", "a/x"]"#, vec!["a/x", "b/y"]),
            (r#"["openid"] ["a/x"]"#, vec!["a/x", "openid"]),
            (r#"{ "ResourceServers": [] }"#, vec![]),
            ("\u{feff} []\n", vec![]),
        ] {
            let expected = expected.into_iter().map(str::to_owned).collect();
            assert_eq!(scopes(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn all_forms_of_clients_are_read() {
        let one = r#"{ "UserPoolClient": { "UserPoolId": "p_1", "ClientId": "a", "ClientName": "A",
            "ClientSecret": "s3cret", "AllowedOAuthFlows": ["client_credentials"],
            "AllowedOAuthScopes": ["a/x", "openid"], "AllowedOAuthFlowsUserPoolClient": true } }"#;
        let bare = r#"{ "ClientId": "b", "ClientName": null, "AllowedOAuthScopes": null }"#;
        for text in [
            format!("[{one}, {bare}]"),
            format!("{one}\n{bare}\n{bare}"),
            format!("[{bare}] {one}"),
        ] {
            let existing = read(&text).expect("a valid document");
            assert!(existing.scopes().is_none());
            assert!(!format!("{existing:?}").contains("s3cret"));
            let texts: Vec<_> = existing.clients().map(ToString::to_string).collect();
            assert_eq!(texts, ["a (A)", "b"]);
            let granted: Vec<_> = existing.clients().map(|c| c.client_credentials).collect();
            assert_eq!(granted, [true, false]);
            let first = existing.clients().next().expect("a client");
            assert_eq!(first.custom_scopes().collect::<Vec<_>>(), ["a/x"]);
        }
        let disabled = one.replace("true", "false");
        let existing = read(&disabled).expect("a valid document");
        assert!(existing.clients().all(|client| !client.client_credentials));
    }

    #[test]
    fn faults_name_the_place() {
        for (text, message) in [
            ("", "the document is empty"),
            ("  \n", "the document is empty"),
            ("{", "the document is not JSON"),
            ("[\"a/x\"", "the document is not JSON"),
            ("1", "the document: expected the output of"),
            ("{}", "the document: expected the output of"),
            (r#"["a/x", 1]"#, "`.[0]`: expected the output of"),
            (r#"["two words"]"#, "invalid scope at `.[0]`"),
            (
                r#"{ "UserPoolClients": [] }"#,
                "the output of `list-user-pool-clients` has no scopes",
            ),
            (
                r#"{ "ResourceServers": {} }"#,
                "`.ResourceServers`: expected a list",
            ),
            (
                r#"{ "ResourceServers": [1] }"#,
                "`.ResourceServers[0]`: expected an object",
            ),
            (
                r#"{ "ResourceServers": [{ "Name": "x" }] }"#,
                "`.ResourceServers[0].Identifier`: expected a string that is not empty",
            ),
            (
                r#"{ "ResourceServers": [{ "Identifier": "a", "Scopes": [{ "ScopeName": 1 }] }] }"#,
                "`.ResourceServers[0].Scopes[0].ScopeName`: expected a string",
            ),
            (
                r#"{ "ResourceServers": [{ "Identifier": "a", "Scopes": [{ "ScopeName": "b c" }] }] }"#,
                "invalid scope at `.ResourceServers[0].Scopes[0].ScopeName`",
            ),
            (
                r#"[{ "UserPoolClient": { "ClientId": "a", "AllowedOAuthScopes": ["a/x", 1] } }]"#,
                "`.[0].UserPoolClient.AllowedOAuthScopes[1]`: expected a string",
            ),
            (
                r#"{ "UserPoolClient": {} }"#,
                "`.UserPoolClient.ClientId`: expected a string",
            ),
            (
                r#"{ "ResourceServers": [], "NextToken": "x" }"#,
                "the list is incomplete",
            ),
        ] {
            let error = read(text).expect_err(text).to_string();
            assert!(error.starts_with(message), "{text}: {error}");
        }
    }

    #[test]
    fn documents_of_two_user_pools_are_refused() {
        let server = r#"{ "ResourceServer": { "UserPoolId": "p_1", "Identifier": "a" } }"#;
        let client = r#"{ "UserPoolClient": { "UserPoolId": "p_2", "ClientId": "a" } }"#;
        let existing = read(server).expect("a valid document");
        let error = existing.with_json(client).expect_err("two user pools");
        assert!(error.to_string().contains("`p_1` and `p_2`"));
    }
}
