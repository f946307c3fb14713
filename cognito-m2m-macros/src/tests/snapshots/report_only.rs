#[require_scopes("widgets/read", danger_report_only)]
async fn list() -> impl Responder {
    "widgets"
}

#[allow_client_ids(danger_report_only, group = "reporting")]
mod reports {
    #[require_scopes("reports/read")]
    async fn list() -> impl Responder {
        "reports"
    }
}
