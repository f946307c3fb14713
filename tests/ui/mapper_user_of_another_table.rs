use cognito_m2m::{CognitoAuth, user_mapper};
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};

diesel::table! {
    users (id) {
        id -> Integer,
        username -> Text,
        status -> Text,
        photo -> Nullable<Binary>,
        login_count -> Nullable<Integer>,
        is_active -> Bool,
    }
}

diesel::table! {
    orders (id) {
        id -> Integer,
        username -> Text,
        is_active -> Bool,
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = orders)]
struct Order {
    username: String,
}

fn build(pool: Pool<ConnectionManager<SqliteConnection>>) {
    CognitoAuth::builder().user_mapper(user_mapper!(pool, Order, client_id => users::username));
}

fn main() {}
