//! Who may call what in the demo application?
//!
//! `cargo test -p cognito-m2m-examples --test inventory`
//!
//! The feature `inventory` of `cognito-m2m` belongs in your `[dev-dependencies]`. A project needs the first
//! two tests. `UPDATE_COGNITO_ROUTES=1` rewrites the file of the first one,
//! `cognito-routes.json`.

use std::{env, fs, path::Path};

use cognito_m2m::{
    ServicePrincipal,
    inventory::{AuthorizationTests, check_routes_file, routes_of},
    users::UserMappingError,
};
use cognito_m2m_examples::{LegacyUser, widgets};

#[test]
fn routes_are_those_of_the_file() {
    check_routes_file(widgets::routes_without_data);
}

/// The route `/legacy` requires a user. An API without users has one line here:
/// `check_authorization(my_api::routes)`.
#[test]
fn guards_refuse_and_admit() {
    AuthorizationTests::new(widgets::routes_without_data)
        .settings(|settings| settings.user_mapping_enabled(true))
        .auth(|auth| auth.user_mapper(any_user))
        .run();
}

async fn any_user(_: ServicePrincipal) -> Result<Option<LegacyUser>, UserMappingError> {
    Ok(Some(LegacyUser {
        username: "reader".to_owned(),
        email: None,
    }))
}

/// `UPDATE_SNAPSHOTS=1` rewrites the files.
#[test]
fn routes_are_listed_as_table_markdown_and_json() {
    let inventory = routes_of(widgets::routes_without_data);
    for (name, listed) in [
        ("widgets.txt", inventory.to_table()),
        ("widgets.md", inventory.to_markdown()),
        ("widgets.json", inventory.to_json()),
    ] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
        let path = folder.join(name);
        if env::var_os("UPDATE_SNAPSHOTS").is_some() {
            fs::write(&path, &listed).expect("the folder of this test is writable");
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        assert!(listed == expected, "{name} differs:\n{listed}");
    }
}
