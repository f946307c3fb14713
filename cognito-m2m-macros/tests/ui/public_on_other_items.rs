use cognito_m2m::public;

#[public(reason = "a probe")]
mod probes {
    pub(crate) async fn live() {}
}

#[public(reason = "a probe")]
struct Probe;

#[public(reason = "a probe")]
impl Probe {}

fn main() {}
