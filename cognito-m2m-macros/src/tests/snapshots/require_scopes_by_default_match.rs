#[require_scopes("widgets/read", "sales/read", error = refusals::not_found, crate = crate::auth)]
pub(crate) async fn list() -> impl Responder {
    HttpResponse::Ok()
}
