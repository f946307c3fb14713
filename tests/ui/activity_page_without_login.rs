use actix_web::{App, web};
use cognito_m2m::ClientActivityPage;
use cognito_m2m::activity::SqliteActivity;

fn mount(activity: &SqliteActivity) {
    let page = ClientActivityPage::new("/clients", activity.reader());
    let _ = App::new().service(page.clone());
    let _ = web::scope("/admin").service(page);
}

fn main() {}
