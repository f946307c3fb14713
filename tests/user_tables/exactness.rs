use cognito_m2m::ServicePrincipal;
use cognito_m2m::token::Claims;
use cognito_m2m::users::UserMapper;
use serde_json::{Value, json};

use super::inputs::{INTEGER, TEXTS, injections, near_misses};

/// Defines a table that selects users by a column of one kind, and its model.
#[macro_export]
macro_rules! kind {
    ($name:ident, $sql_name:tt, $($sql_type:tt)+) => {
        mod $name {
            diesel::table! {
                #[sql_name = $sql_name]
                users (id) {
                    id -> Integer,
                    legacy -> $($sql_type)+,
                }
            }

            #[derive(Debug, diesel::Queryable, diesel::Selectable)]
            #[diesel(table_name = users)]
            pub(super) struct User {
                pub(super) id: i32,
            }

            impl From<&User> for i32 {
                fn from(user: &User) -> Self {
                    user.id
                }
            }
        }
    };
}

/// Tries every near miss and injection against a column of each kind, over one pool, and prints how
/// many there were.
#[macro_export]
macro_rules! try_kinds {
    ($pool:expr, texts: [$($text:ident),+], integers: [$($integer:ident),+]$(, uuids: [$($uuid:ident),+])?) => {{
        let mut tried = 0;
        $(
            let mapper = cognito_m2m::user_mapper!($pool.clone(), $text::User, claim "legacy" => $text::users::legacy);
            tried += $crate::user_tables::exactness::try_text_column(&mapper, stringify!($text)).await;
        )+
        $(
            let mapper = cognito_m2m::user_mapper!($pool.clone(), $integer::User, claim "legacy" => $integer::users::legacy);
            tried += $crate::user_tables::exactness::try_integer_column(&mapper, stringify!($integer)).await;
        )+
        $($(
            let mapper = cognito_m2m::user_mapper!($pool.clone(), $uuid::User, claim "legacy" => $uuid::users::legacy);
            tried += $crate::user_tables::uuids::try_uuid_column(&mapper, stringify!($uuid)).await;
        )+)?
        println!("near misses and injections tried: {tried}, wrong users: 0");
    }};
}

/// Tries texts with trailing blanks against a column of each kind, over one pool.
#[macro_export]
macro_rules! try_blanks {
    ($pool:expr, stored: [$($stored:ident),+], padding: [$($padding:ident),*]) => {{
        $(
            let mapper = cognito_m2m::user_mapper!($pool.clone(), $stored::User, claim "legacy" => $stored::users::legacy);
            $crate::user_tables::exactness::try_trailing_blanks(&mapper, stringify!($stored), true).await;
        )+
        $(
            let mapper = cognito_m2m::user_mapper!($pool.clone(), $padding::User, claim "legacy" => $padding::users::legacy);
            $crate::user_tables::exactness::try_trailing_blanks(&mapper, stringify!($padding), false).await;
        )*
    }};
}

/// Returns the statements that insert [`TEXTS`] into a table.
pub(super) fn text_rows(table: &str) -> String {
    let rows = TEXTS.map(|(text, id)| format!("INSERT INTO {table} VALUES ({id}, '{text}');"));
    rows.concat()
}

pub(super) fn integer_rows(table: &str) -> String {
    let (integer, id) = INTEGER;
    format!("INSERT INTO {table} VALUES ({id}, {integer});")
}

pub(super) fn principal(claim: &Value) -> ServicePrincipal {
    let claims = json!({ "client_id": "reporting", "legacy": claim });
    let claims = Claims::from_value(claims).expect("the claims are an object");
    ServicePrincipal::danger_from_claims(claims).expect("the claims have a client ID")
}

pub(super) async fn find<M>(mapper: &M, kind: &str, claim: &Value) -> Option<i32>
where
    M: UserMapper,
    for<'a> i32: From<&'a M::User>,
{
    let found = mapper.find(&principal(claim)).await;
    let found = found.unwrap_or_else(|error| {
        let source = std::error::Error::source(&error).map(ToString::to_string);
        panic!("{kind}, {claim}: {error}, {source:?}")
    });
    found.map(|user| i32::from(&user))
}

pub(super) async fn try_text_column<M>(mapper: &M, kind: &str) -> usize
where
    M: UserMapper,
    for<'a> i32: From<&'a M::User>,
{
    let tried = try_near_misses(mapper, kind).await;
    for (text, id) in TEXTS {
        assert_eq!(find(mapper, kind, &text.into()).await, Some(id), "{kind}");
    }
    assert_eq!(find(mapper, kind, &42.into()).await, None, "{kind}");
    tried
}

/// The statement that inserts a text with a trailing blank into a table.
pub(super) fn blank_row(table: &str) -> String {
    format!("INSERT INTO {table} VALUES (7, 'sync ');")
}

/// Tries the text of [`blank_row`] with fewer and with more blanks. A column of type `char(n)` does not
/// store the blank, all others do.
pub(super) async fn try_trailing_blanks<M>(mapper: &M, kind: &str, is_blank_stored: bool)
where
    M: UserMapper,
    for<'a> i32: From<&'a M::User>,
{
    let stored = if is_blank_stored { "sync " } else { "sync" };
    for text in [
        "sync",
        "sync ",
        "sync  ",
        "sync        ",
        " sync",
        "Sync",
        "sýnc",
    ] {
        let expected = (text == stored).then_some(7);
        let found = find(mapper, kind, &text.into()).await;
        assert_eq!(found, expected, "{kind}: {text:?}");
    }
}

pub(super) async fn try_integer_column<M>(mapper: &M, kind: &str) -> usize
where
    M: UserMapper,
    for<'a> i32: From<&'a M::User>,
{
    let tried = try_near_misses(mapper, kind).await;
    let (integer, id) = INTEGER;
    for claim in [json!(integer), json!(integer.to_string())] {
        assert_eq!(find(mapper, kind, &claim).await, Some(id), "{kind}");
    }
    tried
}

pub(super) async fn try_near_misses<M>(mapper: &M, kind: &str) -> usize
where
    M: UserMapper,
    for<'a> i32: From<&'a M::User>,
{
    let inputs: Vec<_> = near_misses().into_iter().chain(injections()).collect();
    for claim in &inputs {
        assert_eq!(find(mapper, kind, claim).await, None, "{kind}: {claim}");
    }
    inputs.len()
}
