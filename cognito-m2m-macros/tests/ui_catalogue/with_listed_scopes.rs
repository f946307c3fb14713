//! Handlers and constants with scopes of the catalogue.
#![deny(warnings, unused_qualifications)]

use actix_web::{App, get, route, web};
use cognito_m2m::scope::Scope;
use cognito_m2m::{action_scope_map, require_any_scope, require_scopes, scope_map};

const WRITE: Scope = Scope::from_static("widgets/write");
const ADMIN: &Scope = &Scope::from_static("https://sales.example.com/admin");

cognito_m2m::scopes! {
    #[resource_server("widgets")]
    mod scopes {
        pub const READ: &str = "read";
        const UNUSED: &str = "write";
    }
}

#[get("/")]
#[require_scopes("widgets/read", any(WRITE, all(ADMIN, "openid")))]
async fn list() -> &'static str {
    ""
}

#[scope_map(GET = scopes::READ, POST = ["widgets/write", WRITE], match = "any")]
#[route("/", method = "GET", method = "POST")]
async fn both() -> &'static str {
    ""
}

#[require_any_scope(scopes::READ, WRITE)]
#[action_scope_map(show = scopes::READ, inner::edit = WRITE)]
mod actions {
    pub async fn show() -> &'static str {
        ""
    }

    pub mod inner {
        pub async fn edit() -> &'static str {
            ""
        }
    }
}

macro_rules! guarded {
    ($name:ident, $scope:literal, $constant:path) => {
        #[require_scopes($scope, $constant)]
        async fn $name() -> &'static str {
            ""
        }
    };
}

guarded!(passed_on, "email", scopes::READ);

fn main() {
    let app = App::new()
        .service(list)
        .service(both)
        .route("/show", web::get().to(actions::show))
        .route("/edit", web::get().to(actions::inner::edit))
        .route("/passed_on", web::get().to(passed_on));
    drop(app);
}
