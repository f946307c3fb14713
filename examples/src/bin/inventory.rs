//! Who may call what in the demo application?
//!
//! `cargo run -p cognito-m2m-examples --bin inventory -- list`
//!
//! In your project this is `examples/inventory.rs`, since an example may use `dev-dependencies`:
//! `cargo run --example inventory -- list`. The other commands are `diff` (the changes since
//! `cognito-routes.json`), `terraform` (the resource servers with the scopes that the rules require), and
//! `drift` (what differs from the user pool).
//!
//! `widgets::routes_without_data` registers the routes without the database. Handlers without a guard and public
//! ones run in every command, so don't add access to production systems.

use std::process::ExitCode;

use cognito_m2m_examples::widgets;

fn main() -> ExitCode {
    cognito_m2m::inventory::main(widgets::routes_without_data)
}
