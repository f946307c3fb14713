//! Client groups, a map by handler, and a policy around an Actix scope.

use crate::{program::Widgets, user_pool::cognito};

#[test]
fn reports_require_the_group_that_the_environment_defines() {
    let cognito = cognito();
    let group = [("COGNITO_M2M_CLIENT_GROUPS", "reporting=analyst")];
    let widgets = Widgets::with_pool_and(&cognito, &group);
    let status = |client: &str| {
        let token = cognito.token(client).sign();
        widgets.send("GET", "/reports", Some(&token)).status
    };
    assert_eq!(status("analyst"), 200);
    assert_eq!(status("stranger"), 403);
    assert_eq!(widgets.send("GET", "/reports", None).status, 401);
}

#[test]
fn reports_refuse_every_client_if_the_group_is_undefined() {
    let cognito = cognito();
    let widgets = Widgets::with_pool(&cognito);
    let token = cognito.token("analyst").sign();
    assert_eq!(widgets.send("GET", "/reports", Some(&token)).status, 403);
}

#[test]
fn actions_and_admin_routes_require_their_scopes() {
    let cognito = cognito();
    let widgets = Widgets::with_pool(&cognito);
    for (method, path, scope, granted) in [
        ("GET", "/actions/list", "widgets/read", 200),
        ("POST", "/actions/create", "widgets/write", 201),
        ("GET", "/admin/statistics", "widgets/admin", 200),
        ("GET", "/admin/clients", "widgets/admin", 200),
        ("GET", "/admin/clients?page=0", "widgets/admin", 400),
        ("GET", "/admin/nowhere", "widgets/admin", 404),
    ] {
        let token = cognito.token("any").scopes([scope]).sign();
        assert_eq!(
            widgets.send(method, path, Some(&token)).status,
            granted,
            "{path}"
        );
        let token = cognito.token("any").scopes(["other"]).sign();
        assert_eq!(
            widgets.send(method, path, Some(&token)).status,
            403,
            "{path}"
        );
        assert_eq!(widgets.send(method, path, None).status, 401, "{path}");
    }
}
