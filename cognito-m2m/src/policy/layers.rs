use crate::policy::{Denial, Policy, PolicyInput};

/// A guard attribute on a handler, with its policy and source location.
///
/// # Examples
///
/// ```
/// use actix_web::Responder;
/// use cognito_m2m::policy::guarded_handlers;
/// use cognito_m2m::require_scopes;
///
/// #[require_scopes("widgets/read")]
/// async fn list() -> impl Responder {
///     "widgets"
/// }
///
/// let layer = guarded_handlers().find(|layer| layer.handler.ends_with("list"));
/// assert!(layer.is_some_and(|layer| layer.line > 0 && !layer.policy.lists_clients()));
/// # let _ = actix_web::web::get().to(list);
/// ```
#[derive(Debug)]
pub struct Layer {
    /// The policy of the attribute.
    pub policy: Policy,
    /// The full Rust path of the handler function.
    pub handler: &'static str,
    /// The source file of the attribute.
    pub file: &'static str,
    /// The line of the attribute.
    pub line: u32,
}

/// The attributes of a handler and of its modules, outermost first. A request must satisfy all of
/// them.
#[doc(hidden)]
#[derive(Debug)]
pub enum Layers {
    One(&'static Layer),
    /// The outer attributes, and the inner ones.
    Both(&'static Layers, &'static Layers),
}

impl Layers {
    /// Evaluates the resource servers and the default allowlist, then each attribute, outermost
    /// first.
    ///
    /// # Errors
    ///
    /// Returns the first [`Denial`] and the attribute that caused it. A denial that the settings
    /// cause is attributed to the outermost attribute.
    pub(crate) fn evaluate(&self, input: &PolicyInput<'_>) -> Result<(), (Denial, &'static Layer)> {
        evaluate_settings(Some(self), input).map_err(|denial| (denial, self.outermost()))?;
        self.evaluate_each(input)
    }

    pub(crate) fn outermost(&self) -> &'static Layer {
        match self {
            Self::One(layer) => layer,
            Self::Both(upper, _) => upper.outermost(),
        }
    }

    fn evaluate_each(&self, input: &PolicyInput<'_>) -> Result<(), (Denial, &'static Layer)> {
        match self {
            Self::One(layer) => layer
                .policy
                .evaluate_rule(input)
                .map_err(|denial| (denial, *layer)),
            Self::Both(upper, lower) => {
                upper.evaluate_each(input)?;
                lower.evaluate_each(input)
            }
        }
    }

    fn list_clients(&self) -> bool {
        match self {
            Self::One(layer) => layer.policy.lists_clients(),
            Self::Both(upper, lower) => upper.list_clients() || lower.list_clients(),
        }
    }
}

/// Evaluates what the settings require of every guarded handler, given its attributes, if it has any:
/// the resource servers, then the default allowlist.
///
/// The default allowlist applies to every guarded handler, unless one of its attributes lists
/// clients.
pub(crate) fn evaluate_settings(
    layers: Option<&Layers>,
    input: &PolicyInput<'_>,
) -> Result<(), Denial> {
    input.evaluate_resource_servers()?;
    let Some(allowed) = &input.defaults.allowed_clients else {
        return Ok(());
    };
    if layers.is_some_and(Layers::list_clients) || allowed.contains(input.pool, input.client_id) {
        Ok(())
    } else {
        Err(Denial::Client)
    }
}

/// The registration of an attribute, collected by `inventory`.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct GuardedHandler(pub &'static Layers);

inventory::collect!(GuardedHandler);

/// Returns the guard attributes of all handlers in the program, in no particular order.
///
/// There is one [`Layer`] for each attribute of each handler. An attribute on a module counts once
/// for each handler that it guards.
///
/// # Examples
///
/// ```
/// for layer in cognito_m2m::policy::guarded_handlers() {
///     println!("{} is guarded at {}:{}", layer.handler, layer.file, layer.line);
/// }
/// ```
pub fn guarded_handlers() -> impl Iterator<Item = &'static Layer> {
    inventory::iter::<GuardedHandler>
        .into_iter()
        .map(|GuardedHandler(layers)| layers.outermost())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client_id::ClientId;
    use crate::policy::{ClientList, PathParameters, PolicyDefaults};
    use crate::pool::PoolName;
    use crate::scope::ScopeSet;
    use crate::token::Claims;

    fn layers(policy: Policy) -> &'static Layers {
        let layer = Layer {
            policy,
            handler: "list",
            file: "list.rs",
            line: 1,
        };
        Box::leak(Box::new(Layers::One(Box::leak(Box::new(layer)))))
    }

    #[test]
    fn default_allowlist_applies_to_handlers_that_list_no_clients() {
        let defaults = PolicyDefaults {
            allowed_clients: Some(ClientList::new(["reporting"]).expect("a valid list")),
            ..PolicyDefaults::default()
        };
        let evaluate = |layers: Option<&Layers>, client_id: &str| {
            evaluate_settings(
                layers,
                &PolicyInput {
                    pool: &PoolName::default(),
                    client_id: &ClientId::new(client_id).expect("a valid client ID"),
                    scopes: &ScopeSet::default(),
                    claims: &Claims::from_payload("{}".to_owned()),
                    method: "GET",
                    path_parameters: PathParameters::none(),
                    defaults: &defaults,
                },
            )
        };
        assert_eq!(evaluate(None, "reporting"), Ok(()));
        assert_eq!(evaluate(None, "sync"), Err(Denial::Client));
        let open = layers(Policy::authenticated());
        assert_eq!(evaluate(Some(open), "sync"), Err(Denial::Client));
        let lists_sync = layers(Policy::allow_client_ids(["sync"]).expect("valid client IDs"));
        let both = Layers::Both(open, lists_sync);
        assert_eq!(evaluate(Some(&both), "sync"), Ok(()));
    }
}
