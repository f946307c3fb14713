//! The policies that `#[require_claim]` expands to.

mod policies;

use actix_web::{Responder, get, web};
use cognito_m2m::policy::{ClaimRule, ClaimValue};
use cognito_m2m::{Policy, require_claim};
use policies::policies;

mod claims {
    pub(super) const TENANT: &str = "tenant";
    pub(super) const ACME: &str = "acme";
    pub(super) const IS_INTERNAL: bool = true;
    pub(super) const LEVEL: i8 = -3;
    pub(super) const PARAMETER: &str = "tenant_id";
}

const ACME: &str = "acme";

#[require_claim("tenant" = "acme")]
async fn string() -> impl Responder {
    ""
}

#[require_claim("internal" = true)]
async fn boolean() -> impl Responder {
    ""
}

#[require_claim("level" = -3i64)]
async fn integer() -> impl Responder {
    ""
}

#[require_claim("id" = 0xFFFF_FFFF_FFFF_FFFF)]
async fn greatest_integer() -> impl Responder {
    ""
}

#[require_claim("tenant" = ["acme", 7, false,],)]
async fn list() -> impl Responder {
    ""
}

#[require_claim(claims::TENANT = [claims::ACME, claims::IS_INTERNAL, claims::LEVEL, ACME])]
async fn constants() -> impl Responder {
    ""
}

#[require_claim("tenant", equals_path = "tenant_id")]
async fn path() -> impl Responder {
    ""
}

#[require_claim(claims::TENANT, equals_path = claims::PARAMETER)]
async fn path_by_constants() -> impl Responder {
    ""
}

#[require_claim("custom:tenant" = "a/b c", crate = ::cognito_m2m)]
async fn unusual_texts() -> impl Responder {
    ""
}

#[test]
fn one_claim_expands_to_the_policy_that_code_would_create() {
    assert_eq!(policies(string), [Policy::claim("tenant", "acme")]);
    assert_eq!(policies(boolean), [Policy::claim("internal", true)]);
    assert_eq!(policies(integer), [Policy::claim("level", -3)]);
    assert_eq!(policies(greatest_integer), [Policy::claim("id", u64::MAX)]);
    let values = [ClaimValue::from("acme"), 7.into(), false.into()];
    assert_eq!(policies(list), [Policy::claim_one_of("tenant", values)]);
    let values = [
        ClaimValue::from("acme"),
        true.into(),
        (-3).into(),
        "acme".into(),
    ];
    assert_eq!(
        policies(constants),
        [Policy::claim_one_of("tenant", values)]
    );
    let own_tenant = Policy::claim_equals_path("tenant", "tenant_id");
    assert_eq!(policies(path), std::slice::from_ref(&own_tenant));
    assert_eq!(policies(path_by_constants), [own_tenant]);
    assert_eq!(
        policies(unusual_texts),
        [Policy::claim("custom:tenant", "a/b c")]
    );
}

#[require_claim(
    "environment" = "prod",
    "tenant", equals_path = "tenant_id",
    claims::ACME = claims::ACME,
)]
async fn several() -> impl Responder {
    ""
}

#[test]
fn several_claims_are_one_policy() {
    const PROD: &[ClaimValue] = &[ClaimValue::string("prod")];
    const ACME: &[ClaimValue] = &[ClaimValue::string("acme")];
    const RULES: &[ClaimRule] = &[
        ClaimRule::one_of("environment", PROD),
        ClaimRule::equals_path("tenant", "tenant_id"),
        ClaimRule::one_of("acme", ACME),
    ];
    assert_eq!(policies(several), [cognito_m2m::__private::claims(RULES)]);
}

// Fragments of a `macro_rules!` macro arrive in invisible groups.
macro_rules! handler {
    ($name:ident, $claim:literal, $value:literal, $constant:path, $parameter:literal) => {
        #[require_claim($claim = [$value, $constant])]
        #[require_claim($claim, equals_path = $parameter)]
        async fn $name() -> impl Responder {
            ""
        }
    };
}

handler!(from_literals, "level", -3, claims::ACME, "tenant_id");

#[test]
fn arguments_can_come_from_a_macro() {
    let values = [ClaimValue::from(-3), "acme".into()];
    let expected = [
        Policy::claim_one_of("level", values),
        Policy::claim_equals_path("level", "tenant_id"),
    ];
    assert_eq!(policies(from_literals), expected);
}

/// The route has the parameter, in each of the forms that Actix knows.
mod routed {
    use super::{Responder, get, require_claim, web};

    #[require_claim("tenant", equals_path = "tenant_id")]
    #[get("/a/{tenant_id}/b")]
    pub(super) async fn plain() -> impl Responder {
        ""
    }

    #[require_claim("tenant", equals_path = "tenant_id")]
    #[get(r"/b/{tenant_id:[a-z]{2,4}\d+}", name = "b")]
    pub(super) async fn regex() -> impl Responder {
        ""
    }

    #[require_claim("tenant", equals_path = "tenant_id")]
    #[actix_web::route("/c/{tenant_id}*", method = "GET", method = "PUT")]
    pub(super) async fn tail() -> impl Responder {
        ""
    }

    #[require_claim("tenant", equals_path = "tenant_id")]
    #[actix_web::routes]
    #[get("/d/{tenant_id}")]
    #[post("/e/{id}/{tenant_id}")]
    pub(super) async fn several() -> impl Responder {
        ""
    }

    // Below the route, the parameter can be one of a surrounding scope.
    #[get("/f")]
    #[require_claim("tenant", equals_path = "tenant_id")]
    pub(super) async fn below() -> impl Responder {
        ""
    }

    pub(super) fn all(config: &mut web::ServiceConfig) {
        config
            .service(plain)
            .service(regex)
            .service(tail)
            .service(several)
            .service(below);
    }
}

#[test]
fn routes_with_the_parameter_compile() {
    drop(actix_web::App::new().configure(routed::all));
}
