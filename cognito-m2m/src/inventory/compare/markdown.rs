use super::change::{Change, one_line};
use super::changes::{Changes, NO_CHANGES};
use super::effect::Effect;
use crate::inventory::markdown::code_span_in_cell;

impl Changes {
    /// Returns the changes as a heading and a table in GitHub's Markdown, for example for a comment on a pull
    /// request.
    ///
    /// Text of the program appears in code spans, so it can't contain links, mentions or HTML.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::inventory;
    ///
    /// let earlier = inventory::routes();
    /// let changes = inventory::routes().changes_since(&earlier);
    /// assert_eq!(changes.to_markdown(), "Authorization: no route has changed.\n");
    /// ```
    #[must_use]
    pub fn to_markdown(&self) -> String {
        if self.is_empty() {
            return format!("Authorization: {NO_CHANGES}.\n");
        }
        let lines: String = self.iter().map(line).collect();
        format!(
            "### Authorization: {}\n\n| Effect | Endpoints | Handler | Change |\n| --- | --- | --- | --- |\n{lines}",
            self.summary()
        )
    }
}

fn line(change: &Change) -> String {
    let label = match change.effect() {
        Effect::Loosens | Effect::Both => format!("**{}**", change.label()),
        Effect::Tightens | Effect::Neutral => change.label().to_owned(),
    };
    let endpoints = change.endpoints_in_words(&code);
    let handler = change.handler_in_words(&code).unwrap_or_default();
    let mut text = vec![change.rules_in_words(&code)];
    text.extend(change.witnesses_in_words(&code));
    format!(
        "| {label} | {} | {handler} | {} |\n",
        endpoints.join("<br>"),
        text.join("<br>")
    )
}

/// Returns a code span that can stand in a cell of a table.
fn code(text: &str) -> String {
    code_span_in_cell(&one_line(text))
}
