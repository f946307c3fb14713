/// A mapper over a column of the team's own user table, in one line.
///
/// ```text
/// user_mapper!(pool, LegacyUser, client_id => users::username)
/// user_mapper!(pool, LegacyUser, claim "tenant" => users::tenant_id)
/// user_mapper!(pool, LegacyUser, client_id => users::username, active = users::is_active)
/// ```
///
/// - `pool`: the team's pool, of `diesel::r2d2` or of `diesel-async` (`bb8`, `deadpool`).
/// - the user type: the team's model, `Queryable` and `Selectable` from the table of the column.
/// - `client_id`, or `claim` and its name: what of the principal is looked for.
/// - the column: text, nullable text, integer or UUID (feature `diesel-uuid`). Text columns take
///   JSON strings only; integers JSON integers and canonical decimal strings; UUIDs the hyphenated
///   form. Anything else, also an absent, null or empty claim, is a miss.
/// - `active`: a boolean column; a user in whose row it is false or null is a miss.
///
/// Every request that asks for a user is a query, until
/// [`cached_for`](crate::users::UserMapper::cached_for) gives the mapper a cache with a time to live.
///
/// A macro by example rather than a derive: the mapping belongs to the place where `CognitoAuth`
/// is built, one model may be mapped in several ways, and the expansion is a plain Diesel query, so
/// that a column of another table or of an unfit type is reported by the compiler right here.
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
#[macro_export]
macro_rules! user_mapper {
    ($pool:expr, $user:ty, client_id => $column:path $(, active = $active:path)? $(,)?) => {
        $crate::user_mapper!(@query $pool, $user, $crate::users::diesel::KeySource::ClientId, $column $(, $active)?)
    };
    ($pool:expr, $user:ty, claim $claim:expr => $column:path $(, active = $active:path)? $(,)?) => {
        $crate::user_mapper!(@query $pool, $user, $crate::users::diesel::KeySource::Claim(($claim).into()), $column $(, $active)?)
    };
    (@query $pool:expr, $user:ty, $source:expr, $column:path $(, $active:path)?) => {{
        use $crate::__private::diesel::associations::HasTable as _;
        use $crate::__private::diesel::prelude::*;
        type Row = (
            ::core::option::Option<$crate::users::diesel::KeyOf<$column>>,
            $($crate::user_mapper!(@flag $active),)?
            $user,
        );
        $crate::users::diesel::ColumnMapper::<_, _, _, Row>::new(
            $pool,
            $source,
            |key: $crate::users::diesel::KeyOf<$column>| {
                <<$column as $crate::__private::diesel::Column>::Table>::table()
                    .filter($column.eq(key))
                    .select((
                        $column.nullable(),
                        $($active.nullable(),)?
                        <$user as SelectableHelper<_>>::as_select(),
                    ))
            },
        )
    }};
    (@flag $active:path) => { ::core::option::Option<bool> };
}
