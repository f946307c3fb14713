use cognito_m2m::require_claim;

#[require_claim("tenant" = "a", eror = refuse)]
async fn handler1() {}

#[require_claim("tenant" = "a", error = |_, _| respond())]
async fn handler2() {}

#[require_claim("tenant" = "a", danger_report_olny)]
async fn handler3() {}

#[require_claim("tenant" = "a", crat: kit)]
async fn handler4() {}

fn main() {}
