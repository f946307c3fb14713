//! The expansion doesn't conflict with user items named like items of this crate or of the standard
//! library.

// Relative paths in the expansion would resolve to these modules.
mod core {}
mod std {}

#[expect(
    dead_code,
    non_camel_case_types,
    unused_macros,
    reason = "the items only have to exist"
)]
mod shadowed {
    pub(super) mod core {}
    pub(super) mod std {}
    mod cognito_m2m {}
    mod actix_web {}
    struct Result;
    struct Option;
    struct Some;
    struct str;
    struct Policy;
    struct Layers;
    struct Guard<T>(T);
    macro_rules! concat {
        () => {};
    }
    macro_rules! file {
        () => {};
    }
    macro_rules! line {
        () => {};
    }
    macro_rules! module_path {
        () => {};
    }

    const RULES: &::core::primitive::str = "a";

    fn refusal(
        _: &::cognito_m2m::error::Refusal,
        _: &::actix_web::HttpRequest,
    ) -> ::actix_web::HttpResponse {
        ::actix_web::HttpResponse::Ok().finish()
    }

    #[::cognito_m2m::require_authentication(error = refusal)]
    #[::cognito_m2m::require_scopes(RULES, "b", any("c", "d"))]
    #[::cognito_m2m::scope_map(GET = RULES)]
    #[::cognito_m2m::allow_client_ids("id1", group = "g")]
    #[::cognito_m2m::require_claim(RULES = [RULES, true, -1], "b", equals_path = RULES)]
    pub(super) async fn handler() -> &'static ::core::primitive::str {
        "x"
    }

    struct Public;
    struct PublicRoutes;

    #[::cognito_m2m::public(reason = RULES)]
    pub(super) async fn public() -> &'static ::core::primitive::str {
        "x"
    }

    #[::cognito_m2m::require_authentication]
    pub(super) mod guarded {
        struct PublicHandler;

        #[public(reason = "a probe")]
        pub(in super::super) async fn live() -> &'static ::core::primitive::str {
            "x"
        }
    }
}

#[test]
fn a_handler_next_to_conflicting_names_compiles() {
    drop(actix_web::web::get().to(shadowed::handler));
    drop(actix_web::web::get().to(shadowed::public));
    drop(actix_web::web::get().to(shadowed::guarded::live));
}
