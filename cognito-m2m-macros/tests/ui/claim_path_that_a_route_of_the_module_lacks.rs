use cognito_m2m::require_claim;

#[require_claim("tenant", equals_path = "tenant_id")]
mod widgets {
    use actix_web::get;

    #[get("/tenants/{tenant_id}/widgets")]
    pub async fn list() -> &'static str {
        ""
    }

    pub mod parts {
        use actix_web::get;

        #[get("/parts/{id}")]
        pub async fn list() -> &'static str {
            ""
        }
    }
}

fn main() {
    let _ = (widgets::list, widgets::parts::list);
}
