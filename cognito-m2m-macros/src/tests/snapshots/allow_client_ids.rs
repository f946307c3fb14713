#[allow_client_ids("7k2m9f3qexample", clients::SYNC, group = "reporting")]
async fn reports() -> impl Responder {
    HttpResponse::Ok()
}
