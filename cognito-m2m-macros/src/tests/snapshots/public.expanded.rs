#[get("/live")]
async fn live(
    _: ::cognito_m2m::__private::Public<
        {
            ::cognito_m2m::__private::place(
                ::core::concat!(::core::module_path!(), "::", "live"),
                ::core::line!(),
                ::core::column!(),
            )
        },
    >,
    request: HttpRequest,
) -> impl Responder {
    #![allow(unused)]
    const _: () = {
        ::cognito_m2m::__private::inventory::submit! {
            ::cognito_m2m::__private::PublicHandler { handler :
            ::core::concat!(::core::module_path!(), "::", "live"), file :
            ::core::file!(), line : ::core::line!(), reason :
            ::cognito_m2m::PublicRoutes::because("the load balancer has no token")
            .reason(), routes : & [("GET", "/live")], place :
            ::cognito_m2m::__private::place(::core::concat!(::core::module_path!(), "::",
            "live"), ::core::line!(), ::core::column!()), }
        }
    };
    HttpResponse::Ok()
}
fn ready(
    _: crate::m2m::__private::Public<
        {
            crate::m2m::__private::place(
                ::core::concat!(::core::module_path!(), "::", "ready"),
                ::core::line!(),
                ::core::column!(),
            )
        },
    >,
) -> impl Future<Output = &'static str> {
    const _: () = {
        crate::m2m::__private::inventory::submit! {
            crate ::m2m::__private::PublicHandler { handler :
            ::core::concat!(::core::module_path!(), "::", "ready"), file :
            ::core::file!(), line : ::core::line!(), reason : crate
            ::m2m::PublicRoutes::because(REASON).reason(), routes : & [], place : crate
            ::m2m::__private::place(::core::concat!(::core::module_path!(), "::",
            "ready"), ::core::line!(), ::core::column!()), }
        }
    };
    async { "ready" }
}
#[allow(clippy::too_many_arguments)]
async fn sixteen(
    (
        _,
        a,
    ): (
        ::cognito_m2m::__private::Public<
            {
                ::cognito_m2m::__private::place(
                    ::core::concat!(::core::module_path!(), "::", "sixteen"),
                    ::core::line!(),
                    ::core::column!(),
                )
            },
        >,
        A,
    ),
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
            .reason(), routes : & [], place :
            ::cognito_m2m::__private::place(::core::concat!(::core::module_path!(), "::",
            "sixteen"), ::core::line!(), ::core::column!()), }
        }
    };
}
