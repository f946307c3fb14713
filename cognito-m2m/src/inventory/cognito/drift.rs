use std::fmt;

use crate::inventory::Inventory;
use crate::inventory::cognito::code_scopes::CodeScopes;
use crate::inventory::cognito::comparison::Comparison;
use crate::inventory::cognito::drift_finding::DriftFinding;
use crate::inventory::cognito::existing_user_pool::ExistingUserPool;
use crate::inventory::markdown::code_span;

/// The differences between the rules of an app and a user pool.
///
/// `Display` writes a text with a heading per kind of finding, or that the two match.
///
/// # Examples
///
/// ```
/// use cognito_m2m::inventory::{self, ExistingUserPool};
///
/// let existing = ExistingUserPool::default().with_json(r#"["billing/read"]"#)?;
/// let drift = inventory::routes().drift(&existing);
/// assert!(!drift.is_empty());
/// let section = "Resource servers that no route uses:\n- `billing` with `billing/read`\n";
/// assert!(drift.to_string().contains(section));
/// # Ok::<(), inventory::InvalidUserPoolDocument>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    findings: Vec<DriftFinding>,
}

impl Inventory {
    /// Compares the rules of the routes with the scopes and app clients that exist.
    ///
    /// A scope that `scopes!` defines for a resource server of the app must exist too. The resource servers
    /// of the app are those of which a rule requires a scope. Scopes that `scopes!` defines are never unused,
    /// nor are those of a resource server that the app only calls: one for which `scopes!` defines scopes of
    /// which no rule requires one.
    ///
    /// Scopes are compared if a document lists scopes, and clients if a document describes one. The
    /// following are not known, so they never cause a finding:
    ///
    /// - the setting `default_scope_match`: a rule is satisfied with either match;
    /// - the setting `client_groups`: each client may be a member of each group;
    /// - the setting `allowed_client_ids`;
    /// - claims, which a [Pre token generation trigger] can add;
    /// - clients of other user pools: a rule that lists one is not checked.
    ///
    /// Such a trigger can also add scopes (`scopesToAdd`), to tokens of the client-credentials grant with the
    /// event version `V3_0`. Name these with [`ExistingUserPool::with_trigger_scopes`]: without it, rules that
    /// require them are reported.
    ///
    /// Guards that only report require scopes, but don't make a rule unsatisfiable.
    ///
    /// [Pre token generation trigger]: https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
    ///
    /// # Examples
    ///
    /// ```
    /// use actix_web::{HttpResponse, Responder, get};
    /// use cognito_m2m::inventory::{self, ExistingUserPool};
    /// use cognito_m2m::require_scopes;
    ///
    /// #[require_scopes("widgets/read")]
    /// #[get("/widgets")]
    /// async fn list() -> impl Responder {
    ///     HttpResponse::Ok()
    /// }
    ///
    /// let existing = ExistingUserPool::default().with_json(r#"["widgets/write"]"#)?;
    /// let drift = inventory::routes().drift(&existing);
    /// // No resource server defines this scope.
    /// assert!(drift.to_string().contains("- `widgets/read`, required by "));
    /// # let _ = list;
    /// # Ok::<(), inventory::InvalidUserPoolDocument>(())
    /// ```
    #[must_use]
    pub fn drift(&self, existing: &ExistingUserPool) -> Drift {
        let comparison = Comparison {
            inventory: self,
            existing,
            scopes: CodeScopes::of(self),
        };
        Drift {
            findings: comparison.findings(),
        }
    }
}

impl Drift {
    /// Returns the findings, with those of one kind together.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &DriftFinding> {
        self.findings.iter()
    }

    /// Returns `true` if the rules and the user pool match.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// Returns the findings in Markdown, with a heading per kind, or that the rules and the user pool match.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        self.report("### ", "\n\n", code)
    }

    fn report(&self, prefix: &str, after_heading: &str, quote: fn(&str) -> String) -> String {
        if self.is_empty() {
            return "the rules and the user pool match\n".to_owned();
        }
        let mut report = String::new();
        let mut heading = "";
        for finding in &self.findings {
            if finding.heading() != heading {
                heading = finding.heading();
                if !report.is_empty() {
                    report.push('\n');
                }
                report.extend([prefix, heading, after_heading]);
            }
            report.extend(["- ", &finding.text(quote), "\n"]);
        }
        report
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report("", ":\n", |text| format!("`{text}`")))
    }
}

/// Returns a code span in one line.
fn code(text: &str) -> String {
    code_span(&text.replace(char::is_control, " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_is_one_code_span_in_markdown() {
        for (text, expected) in [
            ("a", "`a`"),
            ("a`b", "``a`b``"),
            ("a\nb", "`a b`"),
            ("/{id:a|b}", "`/{id:a|b}`"),
            (r"a\|b", r"`a\|b`"),
        ] {
            assert_eq!(code(text), expected);
        }
    }
}
