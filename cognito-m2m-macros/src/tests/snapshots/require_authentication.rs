#[require_authentication]
async fn status() -> impl Responder {
    HttpResponse::Ok()
}
