use std::fmt;

use crate::inventory::Endpoint;
use crate::inventory::cognito::app_client::AppClient;
use crate::inventory::cognito::place::required_by_quoted;

/// A difference between the rules of the routes and a user pool.
///
/// # Examples
///
/// ```
/// use cognito_m2m::inventory::{self, DriftFinding, ExistingUserPool};
///
/// let existing = ExistingUserPool::default().with_json(r#"["billing/read"]"#)?;
/// for finding in inventory::routes().drift(&existing).iter() {
///     match finding {
///         DriftFinding::UnusedResourceServer { identifier, .. } => {
///             assert_eq!(identifier, "billing");
///         }
///         other => println!("{other}"),
///     }
/// }
/// # Ok::<(), inventory::InvalidUserPoolDocument>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DriftFinding {
    /// A custom scope that a rule requires or `scopes!` defines, but no resource server.
    UndefinedScope {
        /// The scope.
        scope: String,
        /// The routes that require it. Empty if only `scopes!` defines it.
        required_by: Vec<String>,
    },
    /// A scope without a slash that a rule requires, which no resource server can define.
    NotCustomScope {
        /// The scope.
        scope: String,
        /// The routes that require it.
        required_by: Vec<String>,
    },
    /// Rules of a route that no described client can satisfy. Claims are ignored, since a trigger can add
    /// them.
    UnsatisfiableRule {
        /// The handler of the route and its place.
        route: String,
        /// The method and the path, if they are known.
        endpoint: Option<Endpoint>,
        /// The method, if the path is unknown and the rules depend on the method.
        method: Option<String>,
        /// The scopes that the rules name.
        scopes: Vec<String>,
        /// `true` if the rules list clients, and none of those is among the clients that can get a token.
        only_other_clients: bool,
    },
    /// A scope that no rule requires, on a resource server with other scopes that are required.
    UnusedScope {
        /// The scope.
        scope: String,
    },
    /// A resource server of which no rule requires a scope. It may belong to another API.
    UnusedResourceServer {
        /// The identifier.
        identifier: String,
        /// The scopes that it defines.
        scopes: Vec<String>,
    },
    /// A client that may request custom scopes that no rule requires.
    UnusedScopesOfClient {
        /// The client.
        client: AppClient,
        /// The scopes that no rule requires.
        scopes: Vec<String>,
    },
    /// A client with the client-credentials grant that can call no guarded route.
    IdleClient {
        /// The client.
        client: AppClient,
    },
}

impl DriftFinding {
    /// Returns the heading under which a report lists the finding.
    pub(super) fn heading(&self) -> &'static str {
        match self {
            Self::UndefinedScope { .. } => "Scopes that no resource server defines",
            Self::NotCustomScope { .. } => "Scopes that no resource server can define",
            Self::UnsatisfiableRule { .. } => "Rules that no client can satisfy",
            Self::UnusedScope { .. } => "Scopes that no rule requires",
            Self::UnusedResourceServer { .. } => "Resource servers that no route uses",
            Self::UnusedScopesOfClient { .. } => "Clients with scopes that no rule requires",
            Self::IdleClient { .. } => "Clients that can call no guarded route",
        }
    }

    /// Returns the text of the finding. `quote` marks texts of the program and of the user pool.
    pub(super) fn text(&self, quote: fn(&str) -> String) -> String {
        let list = |texts: &[String]| {
            let quoted: Vec<_> = texts.iter().map(|text| quote(text)).collect();
            quoted.join(", ")
        };
        match self {
            Self::UndefinedScope { scope, required_by } if required_by.is_empty() => {
                format!("{}, defined in code", quote(scope))
            }
            Self::UndefinedScope { scope, required_by }
            | Self::NotCustomScope { scope, required_by } => {
                format!("{}{}", quote(scope), required_by_quoted(required_by, quote))
            }
            Self::UnsatisfiableRule {
                route,
                endpoint,
                method,
                scopes,
                only_other_clients,
            } => {
                let call = match (endpoint, method) {
                    (Some(endpoint), _) => {
                        let Endpoint { method, path } = endpoint;
                        format!("{} of ", quote(&format!("{method} {path}")))
                    }
                    (None, Some(method)) => format!("{} of ", quote(method)),
                    (None, None) => String::new(),
                };
                let reason = match (only_other_clients, scopes.as_slice()) {
                    (true, _) => "no client that can get a token is listed".to_owned(),
                    (false, []) => "no client can get a token".to_owned(),
                    (false, scopes) => format!("the rules name {}", list(scopes)),
                };
                format!("{call}{}: {reason}", quote(route))
            }
            Self::UnusedScope { scope } => quote(scope),
            Self::UnusedResourceServer { identifier, scopes } if scopes.is_empty() => {
                quote(identifier)
            }
            Self::UnusedResourceServer { identifier, scopes } => {
                format!("{} with {}", quote(identifier), list(scopes))
            }
            Self::UnusedScopesOfClient { client, scopes } => {
                format!("{}: {}", quote(&client.to_string()), list(scopes))
            }
            Self::IdleClient { client } => quote(&client.to_string()),
        }
    }
}

impl fmt::Display for DriftFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.text(|text| format!("`{text}`"));
        write!(f, "{}: {text}", self.heading())
    }
}
