//! `ApiComponent`, which `#[api_operation]` requires of each argument of a handler.

use apistos_core::ApiComponent;
use apistos_models::Schema;
use apistos_models::reference_or::ReferenceOr;

use crate::principal::ServicePrincipal;
use crate::web::extract::{Guard, MappedUser, OptionalPrincipal, Public, RequestUser, TokenClaims};

macro_rules! undocumented {
    ($(impl $([$($parameter:tt)+])? for $argument:ty;)*) => {$(
        impl$(<$($parameter)+>)? ApiComponent for $argument {
            fn required() -> bool {
                false
            }

            fn child_schemas() -> Vec<(String, ReferenceOr<Schema>)> {
                Vec::new()
            }

            fn schema() -> Option<(String, ReferenceOr<Schema>)> {
                None
            }
        }
    )*};
}

// Every type that a handler can take goes into this list, and into the one for paperclip.
undocumented! {
    impl[P] for Guard<P>;
    impl[const PLACE: u64] for Public<PLACE>;
    impl[T] for TokenClaims<T>;
    impl for ServicePrincipal;
    impl for OptionalPrincipal;
    impl[U] for MappedUser<U>;
    impl[U] for RequestUser<U>;
}
