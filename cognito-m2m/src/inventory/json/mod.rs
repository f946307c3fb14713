//! The inventory as JSON, version 1. `schema-1.json` describes it.

mod error;
mod read;
mod read_rule;
mod reader;
#[cfg(test)]
mod tests;
mod version;
mod write;
mod write_rule;

pub use error::InvalidInventory;

use crate::inventory::Inventory;

/// The [JSON Schema](https://json-schema.org/draft/2020-12) of [`Inventory::to_json`], version 1.
///
/// # Examples
///
/// ```
/// assert!(cognito_m2m::inventory::SCHEMA.contains("https://json-schema.org/draft/2020-12/schema"));
/// ```
pub const SCHEMA: &str = include_str!("../schema-1.json");

impl Inventory {
    /// Returns the routes as JSON, for files that are compared and for programs such as `jq`.
    ///
    /// The text is the same for equal inventories, and ends with a line break. [`SCHEMA`] describes it. Each
    /// guard has its rule as data and, in `words`, as text. Of a method that occurs twice in a policy by
    /// [`Policy::scope_map`](crate::Policy::scope_map), only the first entry applies, and only that one is
    /// written.
    ///
    /// # Examples
    ///
    /// ```standalone_crate
    /// use actix_web::{HttpResponse, Responder, get};
    /// use cognito_m2m::{inventory, require_scopes};
    ///
    /// #[require_scopes("widgets/read")]
    /// #[get("/widgets")]
    /// async fn list() -> impl Responder {
    ///     HttpResponse::Ok()
    /// }
    ///
    /// let json: serde_json::Value = serde_json::from_str(&inventory::routes().to_json())?;
    /// let route = &json["routes"][0];
    /// assert_eq!(route["endpoints"][0]["path"], "/widgets");
    /// assert_eq!(route["guards"][0]["rule"]["scopes"], "widgets/read");
    /// assert_eq!(route["guards"][0]["words"], "widgets/read");
    /// # let _ = list;
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        write::to_json(self, |route| route.line)
    }

    /// Returns the routes as JSON, without the lines of the source files.
    #[cfg(feature = "inventory")]
    pub(crate) fn to_json_without_lines(&self) -> String {
        write::to_json(self, |_| None)
    }

    /// Reads an inventory from the JSON of [`to_json`](Self::to_json).
    ///
    /// Unknown members of the document, of a route and of a guard are ignored, and so is `words`. Unknown
    /// kinds of access and of rules are errors.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidInventory`] for another version, and for the first member that is missing or invalid.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::inventory::{self, Inventory};
    ///
    /// let json = r#"{
    ///     "version": 1,
    ///     "source": "app",
    ///     "routes": [{
    ///         "handler": "my_api::health",
    ///         "endpoints": [{"method": "GET", "path": "/health"}],
    ///         "access": "public",
    ///         "reason": "load balancer"
    ///     }]
    /// }"#;
    /// let inventory = Inventory::from_json(json)?;
    /// assert_eq!(inventory.routes()[0].endpoints[0].path, "/health");
    ///
    /// let error = Inventory::from_json(r#"{"version": 1, "source": "app"}"#).unwrap_err();
    /// assert_eq!(error.to_string(), "the inventory has no member `.routes`");
    /// # Ok::<(), inventory::InvalidInventory>(())
    /// ```
    pub fn from_json(json: &str) -> Result<Self, InvalidInventory> {
        read::inventory(json)
    }
}
