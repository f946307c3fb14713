use cognito_m2m::scope_map;

#[scope_map(GET = "a", POST = "b", DELETE = "c")]
mod handlers {
    use actix_web::{get, post};

    #[get("/")]
    async fn list() -> &'static str {
        ""
    }

    #[post("/")]
    async fn create() -> &'static str {
        ""
    }
}

fn main() {}
