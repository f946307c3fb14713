#[action_scope_map(list = "widgets/read", admin::erase = scopes::ADMIN)]
mod widgets {
    async fn list() -> impl Responder {
        HttpResponse::Ok()
    }

    mod admin {
        async fn erase() -> impl Responder {
            HttpResponse::Ok()
        }
    }
}
