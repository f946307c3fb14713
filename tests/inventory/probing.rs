//! Apps whose guards are hard to find.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{Error, HttpRequest, HttpResponse, Responder, guard};
use cognito_m2m::inventory::{Access, AppRoutes, AppRoutesError, AuthorizationTests, Inventory};
use cognito_m2m::policy::Denial;
use cognito_m2m::{
    OptionalPrincipal, Policy, ServicePrincipal, require_authentication, require_claim,
    require_scopes,
};

#[require_scopes("widgets/read")]
async fn read() -> impl Responder {
    HttpResponse::Ok()
}

#[require_authentication]
async fn authenticated() -> impl Responder {
    HttpResponse::Ok()
}

async fn bare() -> impl Responder {
    HttpResponse::Ok()
}

fn list(configure: impl Fn(&mut ServiceConfig) + Send + Sync) -> Inventory {
    AppRoutes::new(configure).list().expect("an inventory")
}

/// Returns a line for each endpoint: the method, the path, and the handler or what is known instead.
fn lines(inventory: &Inventory) -> Vec<String> {
    let mut lines = Vec::new();
    for route in inventory {
        let name = match (&route.handler, &route.access) {
            (Some(handler), _) => handler.rsplit("::").next().unwrap_or_default(),
            (None, Access::Guarded(_)) => "guarded",
            (None, Access::Unguarded) => "unguarded",
            (None, _) => "public",
        };
        for endpoint in &route.endpoints {
            lines.push(format!("{} {} {name}", endpoint.method, endpoint.path));
        }
    }
    lines.sort();
    lines
}

#[test]
fn routes_behind_different_headers_are_all_found() {
    let version = |value: &'static str| guard::Header("x-version", value);
    let lines = lines(&list(|app| {
        app.service(
            web::resource("/items")
                .route(web::get().guard(version("2")).to(bare))
                .route(web::get().to(read)),
        )
        .service(
            web::scope("/api")
                .guard(version("1"))
                .route("/x", web::get().to(authenticated)),
        )
        .service(
            web::scope("/api")
                .guard(version("2"))
                .route("/x", web::get().to(bare)),
        );
    }));
    let expected = [
        "GET /api/x authenticated",
        "GET /api/x unguarded",
        "GET /items read",
        "GET /items unguarded",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn route_behind_a_shorter_one_is_found_with_a_path_of_its_own() {
    let lines = lines(&list(|app| {
        app.route("/{tenant}", web::get().to(read))
            .route("/{tail:.*}", web::get().to(bare));
    }));
    assert_eq!(lines, ["GET /{tail:.*} unguarded", "GET /{tenant} read"]);
}

#[test]
fn handler_that_answers_404_is_found_beside_guarded_routes() {
    async fn missing() -> HttpResponse {
        HttpResponse::NotFound().finish()
    }
    let lines = lines(&list(|app| {
        app.service(
            web::resource("/versions/{id}")
                .route(web::get().guard(guard::Header("x-version", "2")).to(read))
                .route(web::get().to(missing)),
        )
        .service(
            web::resource("/methods/{id}")
                .route(web::get().to(read))
                .route(web::to(missing)),
        );
    }));
    for line in [
        "GET /versions/{id} read",
        "GET /versions/{id} unguarded",
        "GET /methods/{id} read",
        "POST /methods/{id} unguarded",
    ] {
        assert!(lines.iter().any(|found| found == line), "{line}: {lines:?}");
    }
}

#[test]
fn default_service_is_found_only_where_one_answers() {
    let lines = lines(&list(|app| {
        app.service(web::scope("/plain").route("/{id}", web::get().to(read)))
            .service(
                web::scope("/open")
                    .route("", web::get().to(read))
                    .default_service(web::to(bare)),
            );
    }));
    // Actix calls the default service for other methods too.
    let expected = [
        "GET /open read",
        "GET /open/(default) unguarded",
        "GET /plain/{id} read",
    ];
    let lines: Vec<_> = lines
        .iter()
        .filter(|line| line.starts_with("GET "))
        .collect();
    assert_eq!(lines, expected.iter().collect::<Vec<_>>());
}

#[test]
fn default_service_that_panics_hides_no_other_route() {
    async fn panics() -> HttpResponse {
        panic!("a handler without its data")
    }
    let lines = lines(&list(|app| {
        app.route("/widgets", web::get().to(read))
            .default_service(web::to(panics));
    }));
    for line in ["GET /(default) unguarded", "GET /widgets read"] {
        assert!(lines.iter().any(|found| found == line), "{line}: {lines:?}");
    }
}

#[test]
fn attribute_is_found_behind_a_middleware_that_requires_a_principal() {
    async fn audit(
        _: ServicePrincipal,
        request: ServiceRequest,
        next: Next<impl MessageBody>,
    ) -> Result<ServiceResponse<impl MessageBody>, Error> {
        next.call(request).await
    }
    let lines = lines(&list(|app| {
        app.service(
            web::scope("/audited")
                .wrap(from_fn(audit))
                .route("/read", web::get().to(read))
                .route("/bare", web::get().to(bare)),
        );
    }));
    assert_eq!(
        lines,
        ["GET /audited/bare guarded", "GET /audited/read read"]
    );
}

#[test]
fn attribute_is_found_behind_policies_that_are_hard_to_satisfy() {
    let environment = |values: [&'static str; 2]| Policy::claim_one_of("environment", values);
    let clients = |entry: &'static str| Policy::allow_client_ids([entry]).expect("a client");
    let lines = lines(&list(|app| {
        app.service(
            web::scope("/claims")
                .wrap(environment(["b", "c"]))
                .wrap(environment(["a", "b"]))
                .route("/x", web::get().to(read)),
        )
        .service(
            web::scope("/pool")
                .wrap(clients("partners:abc"))
                .route("/x", web::get().to(read)),
        )
        .service(
            web::scope("/group")
                .wrap(Policy::scope("widgets/list").and(clients("reporting")))
                .wrap(clients("reporting"))
                .route("/x", web::get().to(read)),
        );
    }));
    assert_eq!(
        lines,
        [
            "GET /claims/x read",
            "GET /group/x read",
            "GET /pool/x read"
        ]
    );
}

#[test]
fn handler_that_authorizes_an_optional_principal_is_guarded() {
    async fn optional(principal: OptionalPrincipal) -> HttpResponse {
        match principal
            .as_ref()
            .map(|p| p.authorize(&Policy::scope("widgets/read")))
        {
            Some(Ok(())) => HttpResponse::Ok().finish(),
            _ => HttpResponse::Unauthorized().finish(),
        }
    }
    async fn refusing() -> Result<HttpResponse, Denial> {
        Err(Denial::Client)
    }
    let inventory = list(|app| {
        app.route("/optional", web::get().to(optional))
            .route("/refusing", web::get().to(refusing));
    });
    assert_eq!(
        lines(&inventory),
        ["GET /optional guarded", "GET /refusing guarded"]
    );
    for route in &inventory {
        assert!(!matches!(&route.access, Access::Guarded(guards) if guards.is_empty()));
    }
    let read = Inventory::from_json(&inventory.to_json()).expect("an inventory");
    assert_eq!(read, inventory);
}

#[test]
fn panic_of_the_app_is_an_error_that_explains_it() {
    let routes = AppRoutes::new(|app: &mut ServiceConfig| {
        app.service(web::scope("/t/{id}").service(web::resource("/w/{id}").get(read)));
    });
    let error = routes.list().expect_err("Actix panics");
    assert!(matches!(error, AppRoutesError::Panic { .. }), "{error:?}");
    assert!(
        error
            .to_string()
            .contains("path parameter with the same name"),
        "{error}"
    );
}

#[test]
fn correct_handlers_whose_other_arguments_fail_pass_the_authorization_tests() {
    struct Pool;
    async fn pooled(_: Data<Pool>, _: ServicePrincipal) -> impl Responder {
        HttpResponse::Ok()
    }
    async fn parsed(_: web::Path<u128>, _: ServicePrincipal) -> impl Responder {
        HttpResponse::Ok()
    }
    AuthorizationTests::new(|app: &mut ServiceConfig| {
        app.route("/pooled", web::get().to(pooled))
            .route("/parsed/{id}", web::get().to(parsed));
    })
    .path_parameter("id", "x")
    .run();
}

#[test]
fn app_of_several_tenants_passes_the_authorization_tests() {
    #[require_claim("tenant", equals_path = "tenant_id")]
    async fn of_tenant(_: HttpRequest) -> impl Responder {
        HttpResponse::Ok()
    }
    AuthorizationTests::new(|app: &mut ServiceConfig| {
        app.service(web::scope("/tenants").route("/{tenant_id}", web::get().to(of_tenant)));
    })
    .run();
}
