#[get("/live")]
async fn live(
    _: ::cognito_m2m::__private::Public,
    request: HttpRequest,
) -> impl Responder {
    #![allow(unused)]
    const _: () = {
        ::cognito_m2m::__private::inventory::submit! {
            ::cognito_m2m::__private::PublicHandler { handler :
            ::core::concat!(::core::module_path!(), "::", "live"), file :
            ::core::file!(), line : ::core::line!(), reason :
            ::cognito_m2m::PublicRoutes::because("the load balancer has no token")
            .reason(), }
        }
    };
    HttpResponse::Ok()
}
fn ready(_: crate::m2m::__private::Public) -> impl Future<Output = &'static str> {
    const _: () = {
        crate::m2m::__private::inventory::submit! {
            crate ::m2m::__private::PublicHandler { handler :
            ::core::concat!(::core::module_path!(), "::", "ready"), file :
            ::core::file!(), line : ::core::line!(), reason : crate
            ::m2m::PublicRoutes::because(REASON).reason(), }
        }
    };
    async { "ready" }
}
#[allow(clippy::too_many_arguments)]
async fn sixteen(
    (_, a): (::cognito_m2m::__private::Public, A),
    b: B,
    c: C,
    d: D,
    e: E,
    f: F,
    g: G,
    h: H,
    i: I,
    j: J,
    k: K,
    l: L,
    m: M,
    n: N,
    o: O,
    p: P,
) {
    const _: () = {
        ::cognito_m2m::__private::inventory::submit! {
            ::cognito_m2m::__private::PublicHandler { handler :
            ::core::concat!(::core::module_path!(), "::", "sixteen"), file :
            ::core::file!(), line : ::core::line!(), reason :
            ::cognito_m2m::PublicRoutes::because("as many arguments as Actix accepts")
            .reason(), }
        }
    };
}
