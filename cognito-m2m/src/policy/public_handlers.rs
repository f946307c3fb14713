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
    /// The method and the path of each route attribute below the attribute.
    pub routes: &'static [(&'static str, &'static str)],
    /// The [`place`] of the attribute, which its [`Public`](crate::web::Public) argument has too.
    pub place: u64,
}

/// Returns a number that identifies a public handler: the FNV-1a hash of its path, and of the line and column of
/// its attribute. Handlers that a macro generates share the latter.
///
/// It is an argument of a type, since a type can't have a string as an argument.
#[must_use]
pub const fn place(handler: &str, line: u32, column: u32) -> u64 {
    let mut hash = hash(OFFSET_BASIS, handler.as_bytes());
    hash = self::hash(hash, &line.to_be_bytes());
    self::hash(hash, &column.to_be_bytes())
}

const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0100_0000_01b3;

const fn hash(mut hash: u64, mut bytes: &[u8]) -> u64 {
    while let [byte, rest @ ..] = bytes {
        hash = (hash ^ *byte as u64).wrapping_mul(PRIME);
        bytes = rest;
    }
    hash
}

::inventory::collect!(PublicHandler);

/// Returns the public handlers of the program, in no particular order.
pub(crate) fn public_handlers() -> impl Iterator<Item = &'static PublicHandler> {
    ::inventory::iter::<PublicHandler>.into_iter()
}
