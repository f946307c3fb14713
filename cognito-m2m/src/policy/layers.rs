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
    /// `true` if the attribute has the argument `danger_report_only`: a request that its policy denies
    /// is logged and served.
    pub report_only: bool,
    /// The method and the path of each route attribute that the attribute sees, such as `#[get("/widgets")]`
    /// below it. The path of a surrounding `web::scope` is not included.
    pub routes: &'static [(&'static str, &'static str)],
}

/// A denial, and the attribute that caused it.
pub(crate) type LayerDenial = (Denial, &'static Layer);

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
    /// first. Returns `true` if an attribute that only reports denies the request.
    ///
    /// # Errors
    ///
    /// Returns the first [`Denial`] of an attribute that is enforced, and that attribute. A denial that
    /// the settings cause is attributed to the outermost attribute.
    #[inline]
    pub(crate) fn evaluate(&self, input: &PolicyInput<'_>) -> Result<bool, LayerDenial> {
        evaluate_settings(Some(self), input).map_err(|denial| (denial, self.outermost()))?;
        self.evaluate_each(input)
    }

    /// Returns the denials of the attributes that only report, outermost first.
    ///
    /// It evaluates them again, so that [`evaluate`](Self::evaluate) collects nothing for the other
    /// requests.
    pub(crate) fn reported(&self, input: &PolicyInput<'_>) -> Vec<LayerDenial> {
        match self {
            Self::One(layer) if layer.report_only => {
                let denial = layer.policy.evaluate_rule(input).err();
                denial.map(|denial| (denial, *layer)).into_iter().collect()
            }
            Self::One(_) => Vec::new(),
            Self::Both(upper, lower) => [upper.reported(input), lower.reported(input)].concat(),
        }
    }

    pub(crate) fn outermost(&self) -> &'static Layer {
        match self {
            Self::One(layer) => layer,
            Self::Both(upper, _) => upper.outermost(),
        }
    }

    /// Returns the attribute next to the function.
    pub(crate) fn innermost(&self) -> &'static Layer {
        match self {
            Self::One(layer) => layer,
            Self::Both(_, lower) => lower.innermost(),
        }
    }

    /// Returns the attributes, outermost first.
    pub(crate) fn to_vec(&self) -> Vec<&'static Layer> {
        match self {
            Self::One(layer) => vec![*layer],
            Self::Both(upper, lower) => [upper.to_vec(), lower.to_vec()].concat(),
        }
    }

    #[inline(always)]
    fn evaluate_each(&self, input: &PolicyInput<'_>) -> Result<bool, LayerDenial> {
        match self {
            Self::One(layer) => match layer.policy.evaluate_rule(input) {
                Ok(()) => Ok(false),
                Err(_) if layer.report_only => Ok(true),
                Err(denial) => Err((denial, *layer)),
            },
            Self::Both(upper, lower) => Self::evaluate_both(upper, lower, input),
        }
    }

    fn evaluate_both(
        upper: &Self,
        lower: &Self,
        input: &PolicyInput<'_>,
    ) -> Result<bool, LayerDenial> {
        let is_reported = upper.evaluate_each(input)?;
        Ok(lower.evaluate_each(input)? || is_reported)
    }

    /// Returns `true` if an enforced attribute lists clients. If a list that only reports replaced the
    /// default allowlist, adding it would admit more clients.
    fn list_clients(&self) -> bool {
        match self {
            Self::One(layer) => !layer.report_only && layer.policy.lists_clients(),
            Self::Both(upper, lower) => upper.list_clients() || lower.list_clients(),
        }
    }
}

/// Evaluates what the settings require of every guarded handler, given its attributes, if it has any:
/// the resource servers, then the default allowlist.
///
/// The default allowlist applies to every guarded handler, unless one of its enforced attributes lists
/// clients.
#[inline]
pub(crate) fn evaluate_settings(
    layers: Option<&Layers>,
    input: &PolicyInput<'_>,
) -> Result<(), Denial> {
    evaluate_defaults(|| layers.is_some_and(Layers::list_clients), input)
}

/// Evaluates the rules that the settings set for every guarded handler. `lists_clients` returns `true` if
/// its enforced attributes list clients.
#[inline]
pub(crate) fn evaluate_defaults(
    lists_clients: impl FnOnce() -> bool,
    input: &PolicyInput<'_>,
) -> Result<(), Denial> {
    input.evaluate_resource_servers()?;
    let Some(allowed) = &input.defaults.allowed_clients else {
        return Ok(());
    };
    if lists_clients() || allowed.contains(input.pool, input.client_id) {
        Ok(())
    } else {
        Err(Denial::Client)
    }
}

/// The registration of an attribute, collected by `inventory`: the attribute, and those above it on the
/// same handler.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct GuardedHandler(pub &'static Layers);

::inventory::collect!(GuardedHandler);

/// Returns the registrations of all attributes of the program, in no particular order.
pub(crate) fn registered_layers() -> impl Iterator<Item = &'static Layers> {
    ::inventory::iter::<GuardedHandler>
        .into_iter()
        .map(|GuardedHandler(layers)| *layers)
}

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
    registered_layers().map(Layers::innermost)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client_id::ClientId;
    use crate::policy::{ClientList, PathParameters, PolicyDefaults};
    use crate::pool::PoolName;
    use crate::scope::ScopeSet;
    use crate::token::Claims;

    fn layers(policy: Policy, report_only: bool) -> &'static Layers {
        let layer = Layer {
            policy,
            handler: "list",
            file: "list.rs",
            line: 1,
            report_only,
            routes: &[],
        };
        Box::leak(Box::new(Layers::One(Box::leak(Box::new(layer)))))
    }

    fn enforced(policy: Policy) -> &'static Layers {
        layers(policy, false)
    }

    fn reported(policy: Policy) -> &'static Layers {
        layers(policy, true)
    }

    fn clients(id: &'static str) -> Policy {
        Policy::allow_client_ids([id]).expect("a valid client ID")
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
                    claims: &Claims::from_members(serde_json::Map::new()),
                    method: "GET",
                    path_parameters: PathParameters::none(),
                    defaults: &defaults,
                },
            )
        };
        assert_eq!(evaluate(None, "reporting"), Ok(()));
        assert_eq!(evaluate(None, "sync"), Err(Denial::Client));
        let open = enforced(Policy::authenticated());
        assert_eq!(evaluate(Some(open), "sync"), Err(Denial::Client));
        let both = Layers::Both(open, enforced(clients("sync")));
        assert_eq!(evaluate(Some(&both), "sync"), Ok(()));
        let reported = reported(clients("sync"));
        assert_eq!(evaluate(Some(reported), "sync"), Err(Denial::Client));
        let both = Layers::Both(reported, enforced(clients("sync")));
        assert_eq!(evaluate(Some(&both), "sync"), Ok(()));
    }

    #[test]
    fn attributes_that_only_report_deny_nothing_and_are_returned_outermost_first() {
        let read = || Policy::scope("widgets/read");
        let write = || Policy::scope("widgets/write");
        let both = |upper, lower| Layers::Both(upper, lower);
        // The result lists the reported denials, or the denial of the first enforced attribute.
        let cases = [
            (
                both(reported(clients("sync")), reported(read())),
                Ok("client_not_allowed"),
            ),
            (
                both(reported(write()), reported(clients("sync"))),
                Ok("insufficient_scope client_not_allowed"),
            ),
            (
                both(reported(clients("sync")), enforced(read())),
                Ok("client_not_allowed"),
            ),
            (
                both(enforced(read()), reported(write())),
                Ok("insufficient_scope"),
            ),
            (
                both(reported(clients("sync")), enforced(write())),
                Err("insufficient_scope"),
            ),
            (
                both(enforced(clients("sync")), reported(write())),
                Err("client_not_allowed"),
            ),
            (
                both(reported(read()), enforced(clients("reporting"))),
                Ok(""),
            ),
        ];
        for (layers, expected) in cases {
            let input = PolicyInput {
                pool: &PoolName::default(),
                client_id: &ClientId::new("reporting").expect("a valid client ID"),
                scopes: &ScopeSet::parse("widgets/read"),
                claims: &Claims::from_members(serde_json::Map::new()),
                method: "GET",
                path_parameters: PathParameters::none(),
                defaults: &PolicyDefaults::default(),
            };
            let reasons = |is_reported: bool| {
                let denials = layers.reported(&input);
                assert_eq!(is_reported, !denials.is_empty(), "{layers:?}");
                let reasons: Vec<_> = denials.iter().map(|(denial, _)| denial.reason()).collect();
                reasons.join(" ")
            };
            let result = layers.evaluate(&input);
            let result = result.map(reasons).map_err(|(denial, _)| denial.reason());
            assert_eq!(result, expected.map(str::to_owned), "{layers:?}");
        }
    }
}
