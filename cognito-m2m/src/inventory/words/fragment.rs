/// A part of a rule in words, which knows whether it needs parentheses inside a larger one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fragment {
    text: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// One requirement.
    Simple,
    /// A list, such as `all of a, b`.
    List,
    /// Requirements joined with `and`.
    Conjunction,
}

impl Fragment {
    /// Creates a fragment that needs no parentheses.
    pub(super) fn simple(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            kind: Kind::Simple,
        }
    }

    /// Creates a fragment that needs parentheses inside a larger one.
    pub(super) fn list(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            kind: Kind::List,
        }
    }

    /// Creates a fragment for what no request satisfies.
    pub(super) fn always_refused(reason: impl std::fmt::Display) -> Self {
        Self::list(format!("always refused: {reason}"))
    }

    /// Joins fragments with `and`. What is required twice appears once.
    pub(super) fn conjunction(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut distinct: Vec<Self> = Vec::new();
        for part in parts {
            if !distinct.contains(&part) {
                distinct.push(part);
            }
        }
        if distinct.len() == 1
            && let Some(only) = distinct.pop()
        {
            return only;
        }
        let grouped = |part: Self| match part.kind {
            Kind::Simple | Kind::Conjunction => part.text,
            Kind::List => format!("({})", part.text),
        };
        let texts: Vec<_> = distinct.into_iter().map(grouped).collect();
        Self {
            text: texts.join(" and "),
            kind: Kind::Conjunction,
        }
    }

    /// Appends a remark about the whole fragment.
    pub(super) fn with_suffix(self, suffix: &str) -> Self {
        Self::simple(self.into_element() + suffix)
    }

    /// Returns the text as an element of a list, in parentheses if needed.
    pub(super) fn into_element(self) -> String {
        match self.kind {
            Kind::Simple => self.text,
            Kind::List | Kind::Conjunction => format!("({})", self.text),
        }
    }

    /// Returns the text on its own.
    pub(super) fn into_text(self) -> String {
        self.text
    }
}
