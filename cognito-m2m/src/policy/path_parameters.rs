use std::fmt;

/// The path parameters of a request: the names in the pattern of its route, and their values.
///
/// # Examples
///
/// ```
/// use cognito_m2m::policy::PathParameters;
///
/// let parameters = [("tenant_id", "acme"), ("widget_id", "42")];
/// let of_a_handler = PathParameters::from_pairs(&parameters);
/// let outside_of_handlers = PathParameters::none();
/// # let _ = (of_a_handler, outside_of_handlers);
/// ```
#[derive(Clone, Copy, Default)]
pub struct PathParameters<'a>(Source<'a>);

/// A function that calls another one with the name and value of each parameter.
type Visit<'a> = dyn Fn(&mut dyn FnMut(&str, &str)) + 'a;

#[derive(Clone, Copy, Default)]
enum Source<'a> {
    #[default]
    None,
    Pairs(&'a [(&'a str, &'a str)]),
    Visit(&'a Visit<'a>),
}

impl<'a> PathParameters<'a> {
    /// Returns no parameters. A claim never equals a path parameter then.
    #[must_use]
    pub const fn none() -> Self {
        Self(Source::None)
    }

    /// Creates parameters from pairs of names and values.
    #[must_use]
    pub const fn from_pairs(pairs: &'a [(&'a str, &'a str)]) -> Self {
        Self(Source::Pairs(pairs))
    }

    /// Creates parameters that are read only if a policy needs them.
    pub(crate) fn from_visit(visit: &'a Visit<'a>) -> Self {
        Self(Source::Visit(visit))
    }

    /// Returns `true` if there is exactly one parameter with this name, and its value is `expected`.
    ///
    /// Actix leaves `%2F`, `%25`, `%2B` and invalid escapes encoded, and replaces invalid UTF-8 by U+FFFD. The
    /// handler may decode such a value further, to another one than was compared here, so it never
    /// matches. Two parameters of one name occur in nested scopes, and extractors may read either.
    pub(crate) fn match_once(self, name: &str, expected: &str) -> bool {
        let mut occurrences = 0_usize;
        let mut is_equal = false;
        self.for_each(&mut |parameter, value| {
            if parameter == name {
                occurrences = occurrences.saturating_add(1);
                is_equal = value == expected;
            }
        });
        occurrences == 1
            && is_equal
            && !expected.is_empty()
            && !expected.contains(['%', char::REPLACEMENT_CHARACTER])
    }

    fn for_each(self, visitor: &mut dyn FnMut(&str, &str)) {
        match self.0 {
            Source::None => {}
            Source::Pairs(pairs) => pairs.iter().for_each(|(name, value)| visitor(name, value)),
            Source::Visit(visit) => visit(visitor),
        }
    }
}

impl fmt::Debug for PathParameters<'_> {
    /// Prints only the names, since the caller chooses the values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names = f.debug_list();
        self.for_each(&mut |name, _| {
            names.entry(&name);
        });
        names.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_decoded_value_that_is_not_empty_matches() {
        let matches = |pairs: &[(&str, &str)], expected: &str| {
            PathParameters::from_pairs(pairs).match_once("tenant", expected)
        };
        assert!(matches(&[("tenant", "acme")], "acme"));
        assert!(matches(&[("id", "42"), ("tenant", "acme")], "acme"));
        assert!(matches(&[("tenant", "a+b")], "a+b"));
        for (pairs, expected) in [
            (&[] as &[_], "acme"),
            (&[], ""),
            (&[("tenant", "")], ""),
            (&[("Tenant", "acme")], "acme"),
            (&[("tenant_id", "acme")], "acme"),
            (&[("tenant", "ACME")], "acme"),
            (&[("tenant", "acme"), ("tenant", "acme")], "acme"),
            (&[("tenant", "other"), ("tenant", "acme")], "acme"),
            (&[("tenant", "acme"), ("tenant", "other")], "acme"),
            (&[("tenant", "a%2Fb")], "a%2Fb"),
            (&[("tenant", "%61cme")], "%61cme"),
            (&[("tenant", "100%")], "100%"),
            (&[("tenant", "acme\u{fffd}")], "acme\u{fffd}"),
        ] {
            assert!(!matches(pairs, expected), "{pairs:?} {expected}");
        }
    }

    #[test]
    fn debug_prints_no_values() {
        let parameters = [("tenant", "acme")];
        let debug = format!("{:?}", PathParameters::from_pairs(&parameters));
        assert_eq!(debug, r#"["tenant"]"#);
    }
}
