/// The traits whose implementors Actix accepts as a handler or as a service.
const HANDLER_TRAITS: [&str; 3] = ["Handler", "HttpServiceFactory", "ServiceFactory"];

/// Returns `true` for a trait that an `impl` in a guarded module must not hide behind another name.
pub(super) fn is_handler_trait(name: &str) -> bool {
    HANDLER_TRAITS.contains(&name)
}
