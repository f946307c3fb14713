#[require_scopes(scopes::READ, error = refusals::not_found)]
#[cfg(feature = "widgets")]
pub mod widgets {
    #[get("/widgets")]
    #[allow_client_ids("7k2m9f3qexample")]
    async fn list() -> impl Responder {
        described()
    }

    #[helper]
    async fn load() -> Vec<Widget> {
        Vec::new()
    }

    #[public(reason = "the load balancer has no token")]
    async fn health() -> impl Responder {
        HttpResponse::Ok()
    }

    fn described() -> &'static str {
        "widgets"
    }
}
