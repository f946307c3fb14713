use cognito_m2m::public;

struct Probe;

impl Probe {
    #[public(reason = "a probe")]
    async fn live(&self) {}
}

fn main() {}
