#[require_authentication]
async fn seven(
    Json(mut order): Json<Order>,
    a: Data<A>,
    b: Data<B>,
    c: Data<C>,
    d: Data<D>,
    e: Data<E>,
    f: Data<F>,
) -> impl Responder {
    HttpResponse::Ok()
}

#[require_authentication]
async fn sixteen(
    Json(mut order): Json<Order>,
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
) -> impl Responder {
    HttpResponse::Ok()
}
