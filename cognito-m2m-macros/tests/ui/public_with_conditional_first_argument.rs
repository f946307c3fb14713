use actix_web::HttpRequest as R;
use cognito_m2m::public;

#[public(reason = "a probe")]
#[rustfmt::skip]
async fn sixteen(
    #[cfg(all())] _: R, _: R, _: R, _: R, _: R, _: R, _: R, _: R,
    _: R, _: R, _: R, _: R, _: R, _: R, _: R, _: R,
) {}

fn main() {}
