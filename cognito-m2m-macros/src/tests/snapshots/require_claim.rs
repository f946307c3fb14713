#[require_claim(
    "tenant",
    equals_path = "tenant_id",
    "environment" = ["prod", names::STAGING],
    names::INTERNAL = true,
    "level" = [-1, 0x10, 18446744073709551615],
    error = not_found
)]
#[get("/tenants/{tenant_id}/reports")]
async fn reports() -> impl Responder {
    HttpResponse::Ok()
}

#[require_claim("tenant", equals_path = names::TENANT)]
mod widgets {
    #[get("/widgets")]
    pub async fn list() -> impl Responder {
        HttpResponse::Ok()
    }
}
