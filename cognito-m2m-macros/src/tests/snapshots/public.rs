#[public(reason = "the load balancer has no token")]
#[get("/live")]
async fn live(request: HttpRequest) -> impl Responder {
    #![allow(unused)]
    HttpResponse::Ok()
}

#[m2m::public(reason = REASON, crate = crate::m2m)]
fn ready() -> impl Future<Output = &'static str> {
    async { "ready" }
}

#[public(reason = "as many arguments as Actix accepts")]
async fn sixteen(
    a: A,
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
}
