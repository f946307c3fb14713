#[path = "../../cognito-m2m/src/users/without_diesel.rs"]
mod without_diesel;

fn build() {
    let _ = user_mapper!(pool, User, client_id => users::username, active = users::is_active);
}

fn main() {}
