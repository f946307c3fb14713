//! The handlers that are marked as public.

/// A handler with `#[public(reason = "..")]`.
#[doc(hidden)]
#[derive(Debug)]
pub struct PublicHandler {
    /// The path of the function.
    pub handler: &'static str,
    /// The source file of the function.
    pub file: &'static str,
    /// The line of the attribute.
    pub line: u32,
    /// Why the handler is public.
    pub reason: &'static str,
}

inventory::collect!(PublicHandler);

/// Returns the public handlers of the program, in no particular order.
pub(crate) fn public_handlers() -> impl Iterator<Item = &'static PublicHandler> {
    inventory::iter::<PublicHandler>.into_iter()
}
