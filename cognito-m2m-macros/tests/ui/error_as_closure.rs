use cognito_m2m::{allow_client_ids, require_authentication, require_scopes, scope_map};

#[require_scopes("a", error = |refusal, request| HttpResponse::NotFound().finish())]
async fn handler1() {}

#[require_authentication(error = |_, _| { respond() })]
async fn handler2() {}

#[require_authentication(error = move |_: &Refusal, _: &HttpRequest| respond())]
async fn handler3() {}

#[scope_map(GET = "a", error = |_, _| respond(.))]
async fn handler4() {}

#[allow_client_ids("id1", error: |_, _| respond())]
async fn handler5() {}

fn main() {}
