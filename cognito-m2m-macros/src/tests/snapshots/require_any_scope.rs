#[require_any_scope("widgets/write", "widgets/admin")]
async fn create() -> impl Responder {
    HttpResponse::Created()
}
