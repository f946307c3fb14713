use std::collections::BTreeMap;

use crate::inventory::cognito::limits::{MAX_LENGTH, MAX_SCOPES_OF_A_SERVER, MAX_SERVERS};
use crate::inventory::cognito::resource_server::{ResourceServer, ServerScope, name_for};
use crate::inventory::cognito::scope_fault::ScopeFault;
use crate::inventory::cognito::scope_warning::ScopeWarning;
use crate::scope::Scope;

#[derive(Default)]
pub(super) struct Details {
    /// Empty if the scope has no description.
    pub(super) description: String,
    pub(super) required_by: Vec<String>,
}

/// Returns the description of a scope that has none.
pub(super) fn default_description(scope: &str) -> String {
    scope.chars().take(MAX_LENGTH).collect()
}

/// Returns `true` for a text that Cognito allows as a description, and that CloudFormation keeps.
pub(super) fn is_description(text: &str) -> bool {
    (1..=MAX_LENGTH).contains(&text.chars().count()) && !text.contains(DYNAMIC_REFERENCE)
}

/// The beginning of a text that CloudFormation replaces in every string («Dynamic references» in the AWS
/// CloudFormation user guide).
const DYNAMIC_REFERENCE: &str = "{{resolve:";

/// Scopes by resource server.
#[derive(Default)]
pub(super) struct Grouping {
    pub(super) servers: Vec<ResourceServer>,
    pub(super) warnings: Vec<ScopeWarning>,
    pub(super) faults: Vec<ScopeFault>,
}

impl Grouping {
    /// Groups the scopes by what is before their last slash.
    pub(super) fn of(scopes: BTreeMap<String, Details>) -> Self {
        let mut grouping = Self::default();
        let mut groups: BTreeMap<String, Group> = BTreeMap::new();
        for (scope, details) in scopes {
            if Scope::new(scope.clone()).is_err() {
                let required_by = details.required_by;
                let fault = ScopeFault::Characters { scope, required_by };
                grouping.faults.push(fault);
            } else if let Some((identifier, name)) = scope.rsplit_once('/') {
                let faults = scope_faults(&scope, identifier, name, &details);
                grouping.faults.extend(faults);
                let group = groups.entry(identifier.to_owned()).or_default();
                group.add(&scope, name, details);
            } else {
                let required_by = details.required_by;
                let warning = ScopeWarning::NotCustom { scope, required_by };
                grouping.warnings.push(warning);
            }
        }
        let faults = groups.iter().flat_map(|(id, group)| group.faults(id));
        grouping.faults.extend(faults);
        if groups.len() > MAX_SERVERS {
            let count = groups.len();
            let warning = ScopeWarning::ManyResourceServers { count };
            grouping.warnings.push(warning);
        }
        let server = |(identifier, group): (String, Group)| ResourceServer {
            name: name_for(&identifier),
            identifier,
            scopes: group.scopes,
        };
        grouping.servers = groups.into_iter().map(server).collect();
        grouping
    }
}

fn scope_faults(
    scope: &str,
    identifier: &str,
    name: &str,
    details: &Details,
) -> impl Iterator<Item = ScopeFault> {
    let scope = || scope.to_owned();
    let required_by = || details.required_by.clone();
    let length = details.description.chars().count();
    let resolves = [&*scope(), &*details.description]
        .iter()
        .any(|text| text.contains(DYNAMIC_REFERENCE));
    [
        name.is_empty().then(|| ScopeFault::EmptyName {
            scope: scope(),
            required_by: required_by(),
        }),
        identifier.is_empty().then(|| ScopeFault::EmptyIdentifier {
            scope: scope(),
            required_by: required_by(),
        }),
        (name.len() > MAX_LENGTH).then(|| ScopeFault::LongName {
            scope: scope(),
            length: name.len(),
            required_by: required_by(),
        }),
        (length > MAX_LENGTH).then(|| ScopeFault::LongDescription {
            scope: scope(),
            length,
            required_by: required_by(),
        }),
        resolves.then(|| ScopeFault::DynamicReference {
            scope: scope(),
            required_by: required_by(),
        }),
    ]
    .into_iter()
    .flatten()
}

/// The scopes of a resource server.
#[derive(Default)]
struct Group {
    scopes: Vec<ServerScope>,
    required_by: Vec<String>,
}

impl Group {
    fn add(&mut self, scope: &str, name: &str, details: Details) {
        for place in details.required_by {
            if !self.required_by.contains(&place) {
                self.required_by.push(place);
            }
        }
        self.scopes.push(ServerScope {
            name: name.to_owned(),
            description: if details.description.is_empty() {
                default_description(scope)
            } else {
                details.description
            },
        });
    }

    fn faults(&self, identifier: &str) -> impl Iterator<Item = ScopeFault> {
        let (length, count) = (identifier.len(), self.scopes.len());
        [
            (length > MAX_LENGTH).then(|| ScopeFault::LongIdentifier {
                identifier: identifier.to_owned(),
                length,
                required_by: self.required_by.clone(),
            }),
            (count > MAX_SCOPES_OF_A_SERVER).then(|| ScopeFault::ManyScopes {
                identifier: identifier.to_owned(),
                count,
                required_by: self.required_by.clone(),
            }),
        ]
        .into_iter()
        .flatten()
    }
}
