//! The text of an error with all its sources, for logs and reports.

use std::error::Error;
use std::iter;

/// The maximum number of errors in a chain. A custom error could be its own source.
const MAX_ERRORS: usize = 32;

/// Returns the texts of an error and its sources, joined with `: `.
///
/// Some errors repeat the text of their source at the end of their own text. A repeated text appears
/// once in the result. The result is not escaped: pass it to `tracing` as a string, which the
/// subscriber escapes.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let texts: Vec<_> = with_sources(error).map(ToString::to_string).collect();
    let texts = texts.into_iter().rev().filter(|text| !text.is_empty());
    let chain = texts.fold(None, |source: Option<Part>, text| {
        let chain = source.map_or_else(|| text.clone(), |source| source.after(&text));
        Some(Part { text, chain })
    });
    chain.map_or_else(String::new, |part| part.chain)
}

/// Returns an error and its sources, up to a maximum number.
pub(crate) fn with_sources<'e>(
    error: &'e (dyn Error + 'static),
) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    iter::successors(Some(error), |error| Error::source(*error)).take(MAX_ERRORS)
}

/// Returns the part of [`chain`] that the text of the error does not contain, or `None` if it
/// contains everything.
///
/// It is the field `cause` of a log line whose field `error` is the error itself.
pub(crate) fn causes(error: &(dyn Error + 'static)) -> Option<String> {
    let chain = chain(error);
    let causes = chain.strip_prefix(error.to_string().as_str())?;
    let causes = causes.strip_prefix(": ").unwrap_or(causes);
    (!causes.is_empty()).then(|| causes.to_owned())
}

/// The text of an error, and its chain, which begins with that text.
struct Part {
    text: String,
    chain: String,
}

impl Part {
    /// Returns the chain of an error with this text, whose source is `self`.
    fn after(&self, text: &str) -> String {
        if text.ends_with(&self.chain) {
            return text.to_owned();
        }
        let sources = self.chain.strip_prefix(self.text.as_str());
        match sources.filter(|_| text.ends_with(&self.text)) {
            Some(sources) => format!("{text}{sources}"),
            None => format!("{text}: {}", self.chain),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use super::*;

    /// An error with this text, and the other texts as its sources.
    #[derive(Debug)]
    struct Texts(&'static str, Option<Box<Texts>>);

    impl fmt::Display for Texts {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Texts {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            let source = self.1.as_deref()?;
            Some(source)
        }
    }

    fn error(texts: &[&'static str]) -> Texts {
        let (text, sources) = texts.split_first().expect("at least one text");
        let source = (!sources.is_empty()).then(|| Box::new(error(sources)));
        Texts(text, source)
    }

    #[test]
    fn every_source_is_listed_once() {
        for (texts, expected, expected_causes) in [
            (&["a"][..], "a", None),
            (&["a", "b", "c"], "a: b: c", Some("b: c")),
            // An error that repeats its source.
            (&["a: b", "b"], "a: b", None),
            (&["a: b", "b", "c"], "a: b: c", Some("c")),
            (&["b", "b", "c"], "b: c", Some("c")),
            // An error that repeats all of its sources.
            (&["a: b: c", "b", "c"], "a: b: c", None),
            (&["x", "a: b: c", "b", "c"], "x: a: b: c", Some("a: b: c")),
            // The same text, but not at the end.
            (
                &["a: b (os error 1)", "b"],
                "a: b (os error 1): b",
                Some("b"),
            ),
            (&["a", "", "c"], "a: c", Some("c")),
            (&["a", ""], "a", None),
        ] {
            let error = error(texts);
            assert_eq!(chain(&error), expected, "{texts:?}");
            assert_eq!(causes(&error).as_deref(), expected_causes, "{texts:?}");
        }
    }

    #[test]
    fn error_that_is_its_own_source_ends() {
        #[derive(Debug)]
        struct Circle;

        impl fmt::Display for Circle {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("circle")
            }
        }

        impl Error for Circle {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                Some(&Circle)
            }
        }

        assert_eq!(chain(&Circle), "circle");
    }
}
