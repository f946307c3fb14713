use std::fmt::Display;

use proc_macro2::Span;

/// The mistakes in an attribute, collected so that one compiler run reports all of them.
///
/// Panics if it is dropped before a call of [`into_result`](Self::into_result), because the mistakes
/// would be lost.
#[derive(Debug)]
pub(crate) struct Errors {
    /// `None` after `into_result`.
    found: Option<Vec<syn::Error>>,
}

impl Errors {
    pub(crate) fn new() -> Self {
        Self {
            found: Some(Vec::new()),
        }
    }

    pub(crate) fn report(&mut self, at: Span, message: impl Display) {
        self.add(syn::Error::new(at, message));
    }

    /// Reports a mistake unless another one, which may be its cause, has been reported before.
    pub(crate) fn report_if_first(&mut self, at: Span, message: impl Display) {
        if self.found.as_ref().is_none_or(Vec::is_empty) {
            self.report(at, message);
        }
    }

    pub(crate) fn add(&mut self, error: syn::Error) {
        self.found.get_or_insert_default().push(error);
    }

    /// Returns all mistakes as one error that keeps the span of each.
    pub(crate) fn into_result(mut self) -> syn::Result<()> {
        let mut found = self.found.take().unwrap_or_default().into_iter();
        let Some(first) = found.next() else {
            return Ok(());
        };
        Err(found.fold(first, |mut all, next| {
            all.combine(next);
            all
        }))
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        assert!(
            self.found.is_none() || std::thread::panicking(),
            "the errors of an attribute were not checked"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_mistakes_are_reported_together() {
        let mut errors = Errors::new();
        errors.report(Span::call_site(), "first");
        errors.report(Span::call_site(), "second");
        errors.report_if_first(Span::call_site(), "a consequence");
        let reported = errors.into_result().unwrap_err();
        let messages: Vec<_> = reported
            .into_iter()
            .map(|error| error.to_string())
            .collect();
        assert_eq!(messages, ["first", "second"]);
    }

    #[test]
    #[should_panic(expected = "were not checked")]
    fn dropping_unchecked_errors_panics() {
        drop(Errors::new());
    }
}
