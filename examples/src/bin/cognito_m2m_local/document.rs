//! Reads the settings of a TOML document, and collects the mistakes with their lines.

use std::ops::Range;

use toml::{
    Spanned,
    de::{DeArray, DeTable, DeValue, Error},
};

use crate::fault::Fault;

/// The text of a document, and the mistakes that were found in it.
pub(crate) struct Document<'a> {
    text: &'a str,
    pub(crate) faults: Vec<Fault>,
}

/// A table of the document. Its settings are taken out one after the other.
pub(crate) struct Table<'a> {
    /// The path of the settings, such as `clients[0].`.
    prefix: String,
    span: Range<usize>,
    entries: DeTable<'a>,
    known: Vec<&'static str>,
}

/// A value with its path and its place in the document.
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    path: String,
    span: Range<usize>,
}

impl<'a> Document<'a> {
    /// Parses the text. A mistake in the syntax is a fault.
    pub(crate) fn parse(text: &'a str) -> (Self, Table<'a>) {
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut document = Self {
            text,
            faults: Vec::new(),
        };
        for error in errors {
            document.add_syntax_error(&error);
        }
        let table = Table {
            prefix: String::new(),
            span: table.span(),
            entries: table.into_inner(),
            known: Vec::new(),
        };
        (document, table)
    }

    /// The messages of the parser are fixed texts. Its `Display` would quote a line of the file.
    fn add_syntax_error(&mut self, error: &Error) {
        let span = error.span().unwrap_or_default();
        self.add(&span, String::new(), error.message());
    }

    fn add(&mut self, span: &Range<usize>, setting: String, problem: impl Into<String>) {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        self.faults.push(Fault {
            line: before.matches('\n').count() + 1,
            setting,
            problem: problem.into(),
        });
    }

    pub(crate) fn refuse<T>(&mut self, setting: &Setting<T>, problem: impl Into<String>) {
        self.add(&setting.span, setting.path.clone(), problem);
    }

    /// Parses the value of a setting. An error is a fault.
    pub(crate) fn parsed<T, U, P: Into<String>>(
        &mut self,
        setting: Setting<T>,
        parse: impl FnOnce(&T) -> Result<U, P>,
    ) -> Option<Setting<U>> {
        match parse(&setting.value) {
            Ok(value) => Some(Setting {
                value,
                path: setting.path,
                span: setting.span,
            }),
            Err(problem) => {
                self.refuse(&setting, problem);
                None
            }
        }
    }
}

impl<'a> Table<'a> {
    fn take(&mut self, name: &'static str) -> Option<Setting<DeValue<'a>>> {
        self.known.push(name);
        let entry = self.entries.remove(name)?;
        Some(Setting {
            path: format!("{}{name}", self.prefix),
            span: entry.span(),
            value: entry.into_inner(),
        })
    }

    /// Adds a fault for a setting that the table does not have.
    pub(crate) fn require(
        &self,
        document: &mut Document<'_>,
        name: &'static str,
        is_present: bool,
    ) {
        if !is_present {
            let path = format!("{}{name}", self.prefix);
            document.add(&self.span, path, "is missing");
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    pub(crate) fn string(
        &mut self,
        document: &mut Document<'_>,
        name: &'static str,
    ) -> Option<Setting<String>> {
        let setting = self.take(name)?;
        document.parsed(setting, text)
    }

    pub(crate) fn integer(
        &mut self,
        document: &mut Document<'_>,
        name: &'static str,
    ) -> Option<Setting<i64>> {
        let setting = self.take(name)?;
        document.parsed(setting, |value| match value {
            DeValue::Integer(digits) => i64::from_str_radix(digits.as_str(), digits.radix())
                .map_err(|_| "expected a smaller number"),
            _ => Err("expected a whole number"),
        })
    }

    pub(crate) fn strings(
        &mut self,
        document: &mut Document<'_>,
        name: &'static str,
    ) -> Option<Setting<Vec<Setting<String>>>> {
        let setting = self.take(name)?;
        let path = setting.path.clone();
        let list = document.parsed(setting, |value| match value {
            DeValue::Array(entries) => Ok(settings_of(&path, entries.clone())),
            _ => Err("expected a list of strings"),
        })?;
        let entries = list.value.into_iter();
        let value = entries.filter_map(|entry| document.parsed(entry, text));
        Some(Setting {
            value: value.collect(),
            path: list.path,
            span: list.span,
        })
    }

    pub(crate) fn tables(
        &mut self,
        document: &mut Document<'_>,
        name: &'static str,
    ) -> Vec<Table<'a>> {
        let expected = format!("expected tables, each with the heading `[[{name}]]`");
        let Some(setting) = self.take(name) else {
            return Vec::new();
        };
        let DeValue::Array(entries) = setting.value else {
            document.add(&setting.span, setting.path, expected);
            return Vec::new();
        };
        let mut tables = Vec::new();
        for entry in settings_of(&setting.path, entries) {
            let DeValue::Table(entries) = entry.value else {
                document.add(&entry.span, entry.path, expected.as_str());
                continue;
            };
            tables.push(Self {
                prefix: format!("{}.", entry.path),
                span: entry.span,
                entries,
                known: Vec::new(),
            });
        }
        tables
    }

    /// Adds a fault for each setting that was not taken.
    pub(crate) fn refuse_others(self, document: &mut Document<'_>) {
        let known: Vec<_> = self.known.iter().map(|name| format!("`{name}`")).collect();
        let problem = format!("is not a setting: expected one of {}", known.join(", "));
        for name in self.entries.into_iter().map(|(name, _)| name) {
            let path = format!("{}{}", self.prefix, shown_name(name.as_ref()));
            document.add(&name.span(), path, problem.as_str());
        }
    }
}

fn settings_of<'a>(path: &str, entries: DeArray<'a>) -> Vec<Setting<DeValue<'a>>> {
    let entries = entries.into_iter().enumerate();
    let setting = |(index, entry): (usize, Spanned<DeValue<'a>>)| Setting {
        path: format!("{path}[{index}]"),
        span: entry.span(),
        value: entry.into_inner(),
    };
    entries.map(setting).collect()
}

fn text(value: &DeValue<'_>) -> Result<String, &'static str> {
    let text = value.as_str().ok_or("expected a string")?;
    if text.is_empty() {
        Err("is empty")
    } else if text.trim().len() != text.len() || text.contains(char::is_control) {
        Err("expected no line breaks and no blanks around the value")
    } else {
        Ok(text.to_owned())
    }
}

/// Returns a name as errors show it. Text of another form may be a value in the wrong place.
fn shown_name(name: &str) -> &str {
    let is_allowed = |byte: u8| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'-');
    let is_name = name.len() <= 30 && name.bytes().all(is_allowed);
    if is_name { name } else { "<name>" }
}
