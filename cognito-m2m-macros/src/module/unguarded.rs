use std::fmt;

/// Code in a guarded module that could be, contain or generate a handler, but can't be guarded.
#[derive(Clone, Copy)]
pub(super) enum Unguarded {
    ItemMacro,
    ReExport,
    Associated,
    Method,
    Future,
    HandlerImpl,
    ReferenceExtractor,
    ForeignFunction,
    NestedFunction,
    Async,
    Closure,
    MacroCall,
    HiddenMacro,
    HiddenTrait,
}

impl fmt::Display for Unguarded {
    /// Writes what can't be guarded, what to write instead, and how to exempt it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (code, exempt) = match self {
            Self::ItemMacro => ("a macro call: write out its items", "it"),
            Self::ReExport => ("a re-export: move the `use` out of the module", "it"),
            Self::Associated => ("an associated function: make it a free function", "it"),
            Self::Method => (
                "an `async` method with `self` by value, which is a handler if `Self` is an \
                 extractor: take `&self` or make it a free function",
                "it",
            ),
            Self::Future => (
                "a function that returns a future: make it an `async fn`",
                "it",
            ),
            Self::HandlerImpl => (
                "a type that Actix accepts as a handler or a service: write an `async fn`",
                "the `impl`",
            ),
            Self::ReferenceExtractor => (
                "methods with `&self` of a type whose references are extractors: implement \
                 `FromRequest` for the type itself",
                "the `impl`",
            ),
            Self::ForeignFunction => (
                "a foreign function: move the `extern` block out of the module",
                "the block",
            ),
            Self::NestedFunction => (
                "a function inside another item: move it out",
                "the item around it",
            ),
            Self::Async => (
                "`async` code outside of an `async fn`: make it an `async fn` of the module",
                "the item around it",
            ),
            Self::Closure => (
                "a closure: make it an `async fn` of the module",
                "the item around it",
            ),
            Self::MacroCall => (
                "a macro call, unless it is a well-known macro of std, tracing or log: write out \
                 its code",
                "the item around it",
            ),
            Self::HiddenMacro => (
                "calls of a macro with the name of a well-known one: choose another name",
                "the item",
            ),
            Self::HiddenTrait => (
                "implementations of a trait of Actix under another name: import it by its name",
                "the `use`",
            ),
        };
        write!(
            formatter,
            "{code}, or mark {exempt} `#[helper]` if it contains no handler"
        )
    }
}
