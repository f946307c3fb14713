//! Handlers with every kind of rule, twice: enforced and rehearsed.

/// Defines a module with a handler for each rule. The flag, if any, is an argument of every attribute.
macro_rules! rules {
    ($name:ident $(, $flag:ident)?) => {
        pub(crate) mod $name {
            use actix_web::{Responder, get, route, routes, web};
            use cognito_m2m::{
                action_scope_map, allow_client_ids, require_all_scopes, require_any_scope,
                require_claim, require_scopes, scope_map,
            };

            #[get("/scope")]
            #[require_scopes("widgets/read" $(, $flag)?)]
            async fn scope() -> impl Responder {
                "served"
            }

            #[require_scopes($($flag,)? "widgets/read", "widgets/write")]
            #[get("/default-match")]
            async fn default_match() -> impl Responder {
                "served"
            }

            #[require_scopes("a", $($flag,)? "b", match = "any")]
            async fn any() -> impl Responder {
                "served"
            }

            #[require_scopes(any("a", all("b", "c")) $(, $flag)?)]
            #[get("/nested")]
            async fn nested() -> impl Responder {
                "served"
            }

            #[get("/any-scope")]
            #[require_any_scope("a", "b" $(, $flag)?)]
            async fn any_scope() -> impl Responder {
                "served"
            }

            #[get("/all-scopes")]
            #[require_all_scopes("a", "b" $(, $flag)?)]
            async fn all_scopes() -> impl Responder {
                "served"
            }

            #[scope_map(GET = "parts/read", POST = ["parts/write", "parts/admin"], match = "any" $(, $flag)?)]
            #[route("/parts", method = "GET", method = "HEAD", method = "POST")]
            async fn parts() -> impl Responder {
                "served"
            }

            #[scope_map($($flag,)? GET = "parts/read")]
            async fn some_methods() -> impl Responder {
                "served"
            }

            #[routes]
            #[get("/orders")]
            #[post("/orders")]
            #[scope_map(GET = "orders/read", POST = "orders/write" $(, $flag)?)]
            async fn orders() -> impl Responder {
                "served"
            }

            #[get("/clients")]
            #[allow_client_ids("sync-worker", "tenant:sync-worker-2" $(, $flag)?)]
            async fn clients() -> impl Responder {
                "served"
            }

            #[get("/group")]
            #[allow_client_ids(group = "reporting" $(, $flag)?)]
            async fn group() -> impl Responder {
                "served"
            }

            #[get("/claim")]
            #[require_claim("environment" = "prod" $(, $flag)?)]
            async fn claim() -> impl Responder {
                "served"
            }

            #[require_claim($($flag,)? "tenant", equals_path = "tenant")]
            #[get("/tenants/{tenant}")]
            async fn tenant() -> impl Responder {
                "served"
            }

            #[get("/stack")]
            #[allow_client_ids("sync-worker" $(, $flag)?)]
            #[require_scopes("widgets/read" $(, $flag)?)]
            async fn stack() -> impl Responder {
                "served"
            }

            #[get("/custom")]
            #[require_scopes("widgets/read", error = crate::not_found $(, $flag)?)]
            async fn custom() -> impl Responder {
                "served"
            }

            #[require_scopes("module/read" $(, $flag)?)]
            mod module {
                use actix_web::{Responder, get};
                use cognito_m2m::allow_client_ids;

                #[get("/module")]
                pub(super) async fn handler() -> impl Responder {
                    "served"
                }

                #[get("/module/stack")]
                #[allow_client_ids("sync-worker" $(, $flag)?)]
                pub(super) async fn stack() -> impl Responder {
                    "served"
                }

                pub(super) mod nested {
                    use actix_web::{Responder, get};

                    #[get("/module/nested")]
                    pub(in super::super) async fn handler() -> impl Responder {
                        "served"
                    }
                }
            }

            #[action_scope_map(list = "widgets/read", create = "widgets/write" $(, $flag)?)]
            mod actions {
                use actix_web::{Responder, get, post};

                #[get("/actions")]
                pub(super) async fn list() -> impl Responder {
                    "served"
                }

                #[post("/actions")]
                pub(super) async fn create() -> impl Responder {
                    "served"
                }
            }

            pub(crate) fn routes(config: &mut web::ServiceConfig) {
                config
                    .service(scope)
                    .service(default_match)
                    .route("/any", web::get().to(any))
                    .service(nested)
                    .service(any_scope)
                    .service(all_scopes)
                    .service(parts)
                    .service(web::resource("/some-methods").to(some_methods))
                    .service(orders)
                    .service(clients)
                    .service(group)
                    .service(claim)
                    .service(tenant)
                    .service(stack)
                    .service(custom)
                    .service(module::handler)
                    .service(module::stack)
                    .service(module::nested::handler)
                    .service(actions::list)
                    .service(actions::create);
            }
        }
    };
}

rules!(enforced);
rules!(rehearsed, danger_report_only);
