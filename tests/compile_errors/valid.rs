//! Every form of `user_mapper!`, and a page with a login.

use actix_web::App;
use actix_web::middleware::Logger;
use cognito_m2m::activity::SqliteActivity;
use cognito_m2m::{ClientActivityPage, CognitoAuth, user_mapper};
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};

diesel::table! {
    users (id) {
        id -> Integer,
        username -> Text,
        tenant_id -> Nullable<BigInt>,
        is_active -> Bool,
        may_call -> Nullable<Bool>,
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
struct User {
    username: String,
}

fn build(pool: &Pool<ConnectionManager<SqliteConnection>>, claim: &str) {
    let builder = CognitoAuth::builder;
    let pool = || pool.clone();
    builder().user_mapper(user_mapper!(pool(), User, client_id => users::username));
    builder().user_mapper(user_mapper!(pool(), User, claim "tenant" => users::tenant_id,));
    builder().user_mapper(
        user_mapper!(pool(), User, claim claim => users::id, active = users::is_active),
    );
    // Names of variables in the macro.
    let (key, user) = (pool(), "tenant");
    builder().user_mapper(
        user_mapper!(key, User, claim user => users::dsl::username, active = users::may_call,),
    );
}

fn mount(activity: &SqliteActivity) {
    let page = ClientActivityPage::new("/clients", activity.reader());
    let _ = App::new().service(page.clone().wrap(Logger::default()));
    let _ = App::new().service(page.danger_unguarded());
}

fn main() {}
