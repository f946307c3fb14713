#[require_all_scopes("widgets/write", "sales/write")]
async fn sell() -> impl Responder {
    HttpResponse::Created()
}
