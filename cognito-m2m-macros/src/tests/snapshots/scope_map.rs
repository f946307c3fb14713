#[scope_map(GET = "widgets/read", POST = ["widgets/write", "widgets/admin"], match = "any")]
#[route("/widgets", method = "GET", method = "HEAD", method = "POST")]
async fn widgets() -> impl Responder {
    HttpResponse::Ok()
}
