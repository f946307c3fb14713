use crate::policy::{Denial, Policy, PolicyInput};

/// One attribute on one handler.
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
    /// What it asks.
    pub policy: Policy,
    /// The handler, by its path.
    pub handler: &'static str,
    /// The source file of the attribute.
    pub file: &'static str,
    /// The line of the attribute.
    pub line: u32,
}

/// All the attributes of one handler and its modules: one guard, outermost first.
///
/// # Examples
///
/// ```
/// use cognito_m2m::policy::{ClientGroups, Defaults, PolicyInput, Layer, Layers};
/// use cognito_m2m::token::Claims;
/// use cognito_m2m::{Policy, ServicePrincipal};
/// use serde_json::json;
///
/// static LAYER: Layer =
///     Layer { policy: Policy::authenticated(), handler: "list", file: "list.rs", line: 1 };
/// let stack = Layers::One(&LAYER);
/// assert_eq!(stack.outermost().handler, "list");
///
/// let claims = Claims::from_value(json!({ "client_id": "reporting" }))?;
/// let input = PolicyInput {
///     principal: &ServicePrincipal::danger_from_claims(claims)?,
///     method: "GET",
///     groups: &ClientGroups::default(),
///     defaults: &Defaults::default(),
/// };
/// assert!(stack.evaluate(&input).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub enum Layers {
    /// A single attribute.
    One(&'static Layer),
    /// What stands above, and what stands below it.
    Both(&'static Layers, &'static Layers),
}

impl Layers {
    /// Judges the whole stack: the default allowlist first, where the stack has none of its own,
    /// then every layer in written order.
    ///
    /// # Errors
    ///
    /// The first [`Denial`], with the layer that has it; the default allowlist belongs to the
    /// outermost layer.
    pub fn evaluate(&self, input: &PolicyInput<'_>) -> Result<(), (Denial, &'static Layer)> {
        let defaults = input.defaults.allowed_clients.as_ref();
        match defaults.filter(|_| !self.list_clients()) {
            Some(allowed) if !allowed.contains(input.principal) => {
                Err((Denial::Client, self.outermost()))
            }
            _ => self.evaluate_each(input),
        }
    }

    /// The first layer in written order; it names the handler as every other one does.
    #[must_use]
    pub fn outermost(&self) -> &'static Layer {
        match self {
            Self::One(layer) => layer,
            Self::Both(upper, _) => upper.outermost(),
        }
    }

    fn evaluate_each(&self, input: &PolicyInput<'_>) -> Result<(), (Denial, &'static Layer)> {
        match self {
            Self::One(layer) => layer
                .policy
                .evaluate(input)
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

/// An attribute that registered itself when the program was linked.
///
/// # Examples
///
/// ```
/// use cognito_m2m::policy::{GuardedHandler, guarded_handlers};
///
/// let mut handlers = guarded_handlers().map(GuardedHandler);
/// assert!(handlers.all(|GuardedHandler(layer)| !layer.handler.is_empty()));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct GuardedHandler(pub &'static Layer);

inventory::collect!(GuardedHandler);

/// Every attribute that this program was linked with, in no particular order.
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
        .map(|GuardedHandler(layer)| *layer)
}
