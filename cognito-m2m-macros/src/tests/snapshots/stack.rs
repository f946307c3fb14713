#[require_scopes("widgets/read")]
#[cfg(feature = "widgets")]
#[allow_client_ids("7k2m9f3qexample")]
async fn list() -> impl Responder {
    HttpResponse::Ok()
}
