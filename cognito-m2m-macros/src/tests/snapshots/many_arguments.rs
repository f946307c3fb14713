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
