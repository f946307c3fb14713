use actix_web::get;
use cognito_m2m::{allow_client_ids, require_scopes};

struct Widgets<T>(T);

trait Service {
    async fn list();

    #[require_scopes("a")]
    async fn declared();

    #[require_scopes("a")]
    async fn provided() {}
}

impl<T> Service for Widgets<T>
where
    T: Copy,
{
    #[cognito_m2m::require_authentication]
    async fn list() {}

    async fn declared() {}
}

impl<T: Copy> Widgets<T> {
    #[require_scopes("a")]
    #[allow_client_ids("b")]
    pub async fn stacked(id: T) -> T {
        id
    }

    #[require_scopes("a")]
    #[get("/widgets")]
    async fn with_route_below() {}
}

macro_rules! service {
    ($name:ident) => {
        struct $name;

        impl $name {
            #[require_scopes("a")]
            async fn generated() {}
        }
    };
}

service!(Orders);

fn main() {}
