use cognito_m2m::require_authentication;

#[require_authentication(error = refuse())]
async fn handler1() {}

#[require_authentication(error = kit::refuse(404))]
async fn handler2() {}

#[require_authentication(error = &refuse)]
async fn handler3() {}

#[require_authentication(error = Some(refuse))]
async fn handler4() {}

#[require_authentication(error = refuse as RefusalFn)]
async fn handler5() {}

#[require_authentication(error = { respond })]
async fn handler6() {}

#[require_authentication(error = async { respond() })]
async fn handler7() {}

#[require_authentication(error = HttpResponse::NotFound().finish())]
async fn handler8() {}

#[require_authentication(error = 404)]
async fn handler9() {}

#[require_authentication(error = fn(_: &Refusal, _: &HttpRequest) -> HttpResponse { respond() })]
async fn handler10() {}

#[require_authentication(error = "not found")]
async fn handler11() {}

#[require_authentication(error = [refuse])]
async fn handler12() {}

#[require_authentication(error)]
async fn handler13() {}

#[require_authentication(crate = &cognito_m2m, error = refuse!())]
async fn handler14() {}

fn main() {}
