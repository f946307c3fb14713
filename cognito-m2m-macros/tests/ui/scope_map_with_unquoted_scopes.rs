use cognito_m2m::scope_map;

#[scope_map(GET = widgets/read, POST = [widgets-write, "a"], PUT = widgets.write)]
async fn handler() {}

fn main() {}
