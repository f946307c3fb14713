use std::collections::{BTreeMap, BTreeSet};

use crate::inventory::Inventory;
use crate::inventory::cognito::code_scopes::{CodeScopes, identifier};
use crate::inventory::cognito::existing_user_pool::ExistingUserPool;
use crate::inventory::cognito::grouping::{Details, Grouping, default_description, is_description};
use crate::inventory::cognito::limits::rules_beyond_one_client;
use crate::inventory::cognito::resource_server::{ResourceServer, is_name};
use crate::inventory::cognito::scope_fault::{ScopeFault, ScopeFaults};
use crate::inventory::cognito::scope_warning::ScopeWarning;
use crate::policy::ResourceServers;

/// The resource servers that a user pool needs, sorted by identifier.
///
/// [`Inventory::resource_servers`] creates them from the scopes of an app. The output contains complete resource
/// servers, so applying it deletes the scopes that it lacks ([UpdateResourceServer]), such as those that the app
/// only requires in [`authorize`](crate::ServicePrincipal::authorize). Define these with
/// [`scopes!`](macro@crate::scopes). [`Inventory::drift`] lists the scopes that the app does not use, and
/// [`with_existing_texts`](Self::with_existing_texts) warns about those that would be deleted.
///
/// [UpdateResourceServer]: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateResourceServer.html
///
/// # Examples
///
/// ```
/// use cognito_m2m::inventory::UserPoolResourceServers;
///
/// let servers = UserPoolResourceServers::from_scopes([
///     ("widgets/read", "Read widgets"),
///     ("https://api.example.com/v1/report", ""),
/// ])?;
/// let identifiers: Vec<_> = servers.iter().map(|server| server.identifier.as_str()).collect();
/// assert_eq!(identifiers, ["https://api.example.com/v1", "widgets"]);
/// # Ok::<(), cognito_m2m::inventory::ScopeFaults>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserPoolResourceServers {
    servers: Vec<ResourceServer>,
    warnings: Vec<ScopeWarning>,
}

impl Inventory {
    /// Returns the resource servers of which a rule requires a scope.
    ///
    /// Each of them has the scopes that the rules require, and those that `scopes!` defines for it. If
    /// `scopes!` defines scopes of a resource server of which no rule requires one, it belongs to an API that
    /// the app calls, and is left out.
    ///
    /// A custom scope of Cognito is `identifier/name`. The last slash separates the two, since an
    /// identifier may be a URL. Scopes without a slash, such as `openid`, are
    /// [warnings](UserPoolResourceServers::warnings). Guards that only report count like others, so the
    /// scopes exist before they are enforced.
    ///
    /// The description of a scope is the first paragraph of its documentation in `scopes!`, or else the
    /// scope itself.
    ///
    /// # Errors
    ///
    /// Returns [`ScopeFaults`] with every violation of a limit of Cognito.
    ///
    /// # Examples
    ///
    /// ```
    /// use actix_web::{HttpResponse, Responder, get};
    /// use cognito_m2m::{inventory, require_scopes};
    ///
    /// #[require_scopes("widgets/read")]
    /// #[get("/widgets")]
    /// async fn list() -> impl Responder {
    ///     HttpResponse::Ok()
    /// }
    ///
    /// let servers = inventory::routes().resource_servers()?;
    /// println!("{}", servers.to_terraform());
    /// # let _ = list;
    /// # Ok::<(), inventory::ScopeFaults>(())
    /// ```
    pub fn resource_servers(&self) -> Result<UserPoolResourceServers, ScopeFaults> {
        UserPoolResourceServers::of_code(&CodeScopes::of(self), rules_beyond_one_client(self))
    }
}

impl UserPoolResourceServers {
    /// Creates the resource servers from scopes and their descriptions.
    ///
    /// The description of a scope with an empty description is the scope itself.
    ///
    /// # Errors
    ///
    /// Returns [`ScopeFaults`] with every violation of a limit of Cognito.
    pub fn from_scopes<S: Into<String>, D: Into<String>>(
        scopes: impl IntoIterator<Item = (S, D)>,
    ) -> Result<Self, ScopeFaults> {
        let details = |description: D| Details {
            description: description.into(),
            required_by: Vec::new(),
        };
        let scopes = scopes.into_iter();
        let scopes = scopes.map(|(scope, description)| (scope.into(), details(description)));
        Self::new(scopes.collect(), Vec::new())
    }

    fn of_code(code: &CodeScopes, faults: Vec<ScopeFault>) -> Result<Self, ScopeFaults> {
        let mut scopes: BTreeMap<String, Details> = BTreeMap::new();
        for (scope, places) in code.required() {
            let details = scopes.entry(scope.to_owned()).or_default();
            details.required_by = places.to_vec();
        }
        for (scope, description) in code.defined() {
            let details = scopes.entry(scope.to_owned()).or_default();
            description.clone_into(&mut details.description);
        }
        Self::new(scopes, faults)
    }

    fn new(
        scopes: BTreeMap<String, Details>,
        mut faults: Vec<ScopeFault>,
    ) -> Result<Self, ScopeFaults> {
        let grouping = Grouping::of(scopes);
        faults.splice(0..0, grouping.faults);
        let servers = Self {
            servers: grouping.servers,
            warnings: grouping.warnings,
        };
        ScopeFaults::or(faults, servers)
    }

    /// Limits the resource servers to those of the list.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::inventory::UserPoolResourceServers;
    /// use cognito_m2m::policy::ResourceServers;
    ///
    /// let scopes = [("widgets/read", "Read widgets"), ("reports/read", "Read reports")];
    /// let servers = UserPoolResourceServers::from_scopes(scopes)?
    ///     .for_resource_servers(&ResourceServers::new(["widgets"])?);
    /// assert_eq!(servers.iter().count(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn for_resource_servers(mut self, servers: &ResourceServers) -> Self {
        self.servers.retain(|server| {
            let mut scopes = server.full_scopes();
            scopes.any(|scope| servers.own(&scope))
        });
        self.warnings.retain(|warning| match warning {
            ScopeWarning::RemovedScope { scope } => servers.own(scope),
            ScopeWarning::NotCustom { .. } | ScopeWarning::ManyResourceServers { .. } => true,
        });
        self
    }

    /// Keeps the names of existing resource servers, and the existing descriptions of scopes that `scopes!`
    /// does not describe.
    ///
    /// Each existing scope of these resource servers that they lack becomes a
    /// [warning](UserPoolResourceServers::warnings), since it is deleted when they are applied.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::inventory::{ExistingUserPool, UserPoolResourceServers};
    ///
    /// let existing = ExistingUserPool::default().with_json(
    ///     r#"{ "ResourceServer": { "Identifier": "widgets", "Name": "Widgets API", "Scopes": [
    ///         { "ScopeName": "write", "ScopeDescription": "Change widgets" }
    ///     ] } }"#,
    /// )?;
    /// let servers = UserPoolResourceServers::from_scopes([("widgets/read", "Read widgets")])?
    ///     .with_existing_texts(&existing);
    /// assert!(servers.to_terraform().contains("Widgets API"));
    /// // `widgets/write` would be deleted.
    /// assert_eq!(servers.warnings().count(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_existing_texts(mut self, existing: &ExistingUserPool) -> Self {
        self.warnings.extend(self.removed_scopes(existing));
        for server in &mut self.servers {
            if let Some(name) = existing.name_of(&server.identifier).filter(|n| is_name(n)) {
                name.clone_into(&mut server.name);
            }
            for scope in &mut server.scopes {
                let full = format!("{}/{}", server.identifier, scope.name);
                if scope.description == default_description(&full)
                    && let Some(description) = existing.description_of(&full)
                    && is_description(description)
                {
                    description.clone_into(&mut scope.description);
                }
            }
        }
        self
    }

    fn removed_scopes(&self, existing: &ExistingUserPool) -> Vec<ScopeWarning> {
        let kept: BTreeSet<_> = self.iter().flat_map(ResourceServer::full_scopes).collect();
        let servers: BTreeSet<_> = self.iter().map(|server| &*server.identifier).collect();
        let existing = existing.scopes().into_iter().flatten();
        let removed = existing.filter(|scope| {
            identifier(scope).is_some_and(|server| servers.contains(server))
                && !kept.contains(*scope)
        });
        let warning = |scope: &str| ScopeWarning::RemovedScope {
            scope: scope.to_owned(),
        };
        removed.map(warning).collect()
    }

    /// Returns the resource servers.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &ResourceServer> {
        self.servers.iter()
    }

    /// Returns `true` if no custom scope exists.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.servers.is_empty()
    }

    /// Returns the problems that do not prevent the output.
    pub fn warnings(&self) -> impl ExactSizeIterator<Item = &ScopeWarning> {
        self.warnings.iter()
    }
}

#[cfg(test)]
mod tests;
