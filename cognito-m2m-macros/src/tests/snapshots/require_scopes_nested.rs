#[require_scopes(any("widgets/admin", all("widgets/write", scopes::SALES)))]
async fn sell() -> impl Responder {
    HttpResponse::Ok()
}
