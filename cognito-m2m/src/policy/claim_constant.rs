//! Constants in the arguments of `#[require_claim]`, whose types the attribute does not know.

use crate::policy::ClaimValue;

/// A type that a claim can be compared with.
#[diagnostic::on_unimplemented(
    message = "a claim can't be compared with a `{Self}`",
    label = "expected a constant of the type `&'static str` or `bool`, or an integer of at most 64 bits"
)]
pub trait ClaimType: Copy {}

/// The value of a constant.
#[derive(Clone, Copy, Debug)]
pub struct ClaimConstant<T>(T);

impl<T: ClaimType> ClaimConstant<T> {
    /// Wraps the value of a constant.
    pub const fn new(value: T) -> Self {
        Self(value)
    }
}

macro_rules! claim_types {
    ($($constant:ty => $constructor:ident as $parameter:ty,)*) => {
        $(
            impl ClaimType for $constant {}

            impl ClaimConstant<$constant> {
                /// Returns the value that a claim is compared with.
                #[must_use]
                #[allow(clippy::cast_lossless, trivial_numeric_casts)]
                pub const fn value(self) -> ClaimValue {
                    ClaimValue::$constructor(self.0 as $parameter)
                }
            }
        )*
    };
}

claim_types! {
    &'static str => string as &'static str,
    bool => boolean as bool,
    i8 => integer as i64,
    i16 => integer as i64,
    i32 => integer as i64,
    i64 => integer as i64,
    u8 => unsigned_integer as u64,
    u16 => unsigned_integer as u64,
    u32 => unsigned_integer as u64,
    u64 => unsigned_integer as u64,
}
