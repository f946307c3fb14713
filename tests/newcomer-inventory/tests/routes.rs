//! The list of the routes, and tests of their guards.

#[test]
fn routes_are_those_of_the_file() {
    cognito_m2m::inventory::check_routes_file(cognito_m2m_newcomer_inventory::routes);
}

#[test]
fn guards_refuse_and_admit() {
    cognito_m2m::inventory::check_authorization(cognito_m2m_newcomer_inventory::routes);
}
