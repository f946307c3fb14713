/// Reports that `user_mapper!` needs a feature.
#[macro_export]
macro_rules! user_mapper {
    ($($argument:tt)*) => {
        ::core::compile_error!(
            "`user_mapper!` needs a feature of the crate `cognito-m2m` for your connection pool: `diesel-r2d2` for a pool of `diesel::r2d2`, `diesel-async-bb8` or `diesel-async-deadpool` for a pool of `diesel-async`"
        )
    };
}
