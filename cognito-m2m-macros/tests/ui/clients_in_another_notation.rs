use cognito_m2m::allow_client_ids;

#[allow_client_ids(["a", "b"], ("c", "d"), group: "e", group("f"), group "g", group = ["h", "i"], groups = "j")]
async fn handler() {}

fn main() {}
