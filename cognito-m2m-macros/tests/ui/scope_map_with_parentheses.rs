use cognito_m2m::scope_map;

#[scope_map(GET("a"), POST("b", "c"), PUT = ("d", "e"), PATCH = {"f"}, match("any"), error(refuse))]
async fn handler() {}

fn main() {}
