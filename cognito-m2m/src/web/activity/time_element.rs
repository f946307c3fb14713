use std::fmt;

use crate::activity::Timestamp;

/// A `<time>` element with seconds in its text and microseconds in its attribute.
pub(super) struct Time(pub(super) Timestamp);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exact = self.0.to_rfc_3339();
        let text = self.0.to_string();
        let whole = text.split('.').next().unwrap_or(&text);
        write!(f, "<time datetime=\"{exact}\">{whole} UTC</time>")
    }
}
