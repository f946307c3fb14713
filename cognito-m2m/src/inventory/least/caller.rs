use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Map, Value, json};

use crate::qualified_client_id::QualifiedClientId;
use crate::scope::Scope;
use crate::token::Claims;

/// The client, the scopes and the claims of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) client: QualifiedClientId,
    pub(crate) scopes: BTreeSet<Scope>,
    /// Claims in addition to those that Cognito issues, or in their place. `None` removes a claim.
    pub(crate) claims: BTreeMap<String, Option<Value>>,
}

impl Caller {
    /// Returns the value of the `scope` claim.
    pub(crate) fn scope(&self) -> String {
        let scopes: Vec<_> = self.scopes.iter().map(Scope::as_str).collect();
        scopes.join(" ")
    }

    /// Returns the claims that a policy can name, as in a token of Cognito.
    pub(crate) fn all_claims(&self) -> Claims {
        let client_id = self.client.client_id();
        let mut members = Map::new();
        members.insert("sub".to_owned(), json!(client_id));
        members.insert("token_use".to_owned(), json!("access"));
        members.insert("scope".to_owned(), json!(self.scope()));
        members.insert("version".to_owned(), json!(2));
        members.insert("client_id".to_owned(), json!(client_id));
        for (name, value) in &self.claims {
            match value {
                Some(value) => members.insert(name.clone(), value.clone()),
                None => members.remove(name),
            };
        }
        Claims::from_members(members)
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the client `{}` with ", self.client)?;
        if self.scopes.is_empty() {
            f.write_str("no scopes")?;
        } else {
            write!(f, "the scopes `{}`", self.scope())?;
        }
        for (name, value) in &self.claims {
            match value {
                Some(value) => write!(f, ", `{name}` = {value}")?,
                None => write!(f, ", no claim `{name}`")?,
            }
        }
        Ok(())
    }
}
