/// Creates a mapper that finds the user of a principal by a column of your user table.
///
/// # Which row does a token map to?
///
/// Name the connection pool, your model, and the column that identifies a client:
///
/// ```text
/// user_mapper!(pool, LegacyUser, client_id => users::username)
/// user_mapper!(pool, LegacyUser, claim "tenant" => users::tenant_id)
/// user_mapper!(pool, LegacyUser, client_id => users::username, active = users::is_active)
/// ```
///
/// # Examples
///
/// ```no_run
/// use cognito_m2m::{CognitoAuth, Settings, user_mapper};
/// use diesel::prelude::*;
/// use diesel::r2d2::{ConnectionManager, Pool};
///
/// diesel::table! {
///     users (id) {
///         id -> Integer,
///         username -> Text,
///         tenant_id -> Nullable<Text>,
///         is_active -> Bool,
///     }
/// }
///
/// #[derive(Queryable, Selectable)]
/// #[diesel(table_name = users)]
/// struct LegacyUser {
///     id: i32,
///     username: String,
/// }
///
/// # fn example(pool: Pool<ConnectionManager<SqliteConnection>>) -> Result<(), cognito_m2m::BuildError> {
/// let auth = CognitoAuth::builder()
///     .settings(Settings::from_env().user_mapping_enabled(true))
///     .user_mapper(user_mapper!(pool, LegacyUser, client_id => users::username, active = users::is_active))
///     .build()?;
/// # Ok(())
/// # }
/// ```
///
/// # Arguments
///
/// - The pool: a `diesel::r2d2::Pool`, or a `bb8` or `deadpool` pool of `diesel-async`, each with
///   its feature. Any other [`RowSource`](crate::users::diesel::RowSource) works too.
/// - The user type: your model, which derives `Queryable` and `Selectable` and names the table of the
///   column.
/// - `client_id`, or `claim` and the name of a claim: the value to look up.
/// - The column: text, integer or UUID (feature `diesel-uuid`), nullable or not.
/// - `active` (optional): a column of the type `Bool` in the same table, nullable or not. A user whose
///   value is false or null is inactive.
///
/// # Which values match?
///
/// A text column matches JSON strings only. An integer column matches JSON integers and decimal
/// strings in canonical form, such as `"42"` but not `"042"`. A UUID column matches the hyphenated
/// form in either case. All other values, including a claim that is absent, null or empty, match no
/// user.
///
/// The value is compared with the column byte by byte, regardless of the collation of the column.
/// The blanks with which PostgreSQL pads a `CHAR(n)` column are not part of its value. If several
/// rows match, the response is 500.
///
/// # What happens to inactive users?
///
/// If all matching rows are inactive, the response is 403 with `Client is not mapped to a user.`,
/// for handlers that take a [`RequestUser`](crate::RequestUser) too, whether or not
/// `return_user_proxy` is on. If one matching row is active, it is the user, and inactive rows are
/// ignored.
///
/// # How many queries does it run?
///
/// One for each request whose handler takes a user. To cache the users, call
/// [`cached_for`](crate::users::UserMapper::cached_for) on the mapper.
///
/// For queries that take longer than their request, see [`guide::users`](crate::guide::users).
#[macro_export]
macro_rules! user_mapper {
    ($pool:expr, $user:ty, client_id => $column:expr $(, active = $active:expr)? $(,)?) => {
        $crate::user_mapper!(@query $pool, $user, $crate::users::diesel::__private::KeySource::ClientId, $column $(, $active)?)
    };
    ($pool:expr, $user:ty, claim $claim:expr => $column:expr $(, active = $active:expr)? $(,)?) => {
        $crate::user_mapper!(@query $pool, $user, $crate::users::diesel::__private::KeySource::Claim(($claim).into()), $column $(, $active)?)
    };
    (@query $pool:expr, $user:ty, $source:expr, $column:expr) => {{
        use $crate::__private::diesel::prelude::*;
        let key = $crate::users::diesel::__private::key_column($column);
        let user = key.user::<$user, _, _>();
        $crate::users::diesel::__private::ColumnMapper::new($pool, $source, (key, user), |value, (key, user)| {
            key.table()
                .filter(key.column().eq(value))
                .select((key.selection().nullable(), user.selection()))
        })
    }};
    (@query $pool:expr, $user:ty, $source:expr, $column:expr, $active:expr) => {{
        use $crate::__private::diesel::prelude::*;
        let key = $crate::users::diesel::__private::key_column($column);
        let active = key.active($active);
        let user = key.user::<$user, _, _>();
        $crate::users::diesel::__private::ColumnMapper::new($pool, $source, (key, active, user), |value, (key, active, user)| {
            key.table()
                .filter(key.column().eq(value))
                .select((key.selection().nullable(), active.column().nullable(), user.selection()))
        })
    }};
    ($($other:tt)*) => {
        ::core::compile_error!(
            "expected `user_mapper!(pool, User, client_id => table::column)` or `user_mapper!(pool, User, claim \"name\" => table::column)`, optionally with `, active = table::column` at the end"
        )
    };
}
