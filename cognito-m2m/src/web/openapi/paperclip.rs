//! `Apiv2Schema` and `OperationModifier`, which `#[api_v2_operation]` requires of each argument of a
//! handler.

use paperclip_core::v2::OperationModifier;
use paperclip_core::v2::schema::Apiv2Schema;

use crate::principal::ServicePrincipal;
use crate::web::extract::{Guard, MappedUser, OptionalPrincipal, Public, RequestUser, TokenClaims};

macro_rules! undocumented {
    ($(impl $([$($parameter:tt)+])? for $argument:ty;)*) => {$(
        impl$(<$($parameter)+>)? Apiv2Schema for $argument {
            fn required() -> bool {
                false
            }
        }

        impl$(<$($parameter)+>)? OperationModifier for $argument {}
    )*};
}

// Every type that a handler can take goes into this list, and into the one for apistos.
undocumented! {
    impl[P] for Guard<P>;
    impl[const PLACE: u64] for Public<PLACE>;
    impl[T] for TokenClaims<T>;
    impl for ServicePrincipal;
    impl for OptionalPrincipal;
    impl[U] for MappedUser<U>;
    impl[U] for RequestUser<U>;
}
