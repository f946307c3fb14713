//! The file in a repository that lists the routes of an app.

use std::fs;
use std::path::{Path, PathBuf};

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, Responder, get};
use cognito_m2m::inventory::{
    AppRoutes, CheckError, Effect, RoutesFile, RoutesFileError, RoutesFileOutcome,
};
use cognito_m2m::{require_authentication, require_scopes};

#[get("/widgets")]
#[require_scopes("widgets/read", "widgets/list")]
async fn list() -> impl Responder {
    HttpResponse::Ok()
}

/// The same handler with a looser guard.
mod loosened {
    use super::*;

    #[get("/widgets")]
    #[require_authentication]
    pub(super) async fn list() -> impl Responder {
        HttpResponse::Ok()
    }
}

fn api(app: &mut ServiceConfig) {
    app.service(list);
}

fn loosened_api(app: &mut ServiceConfig) {
    app.service(loosened::list);
}

fn extended_api(app: &mut ServiceConfig) {
    api(app);
    app.route("/closure", web::get().to(|| async { "open" }));
}

fn no_api(_: &mut ServiceConfig) {}

/// A folder that is removed at the end of a test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a new folder");
        Self(path)
    }

    fn file(&self) -> RoutesFile {
        RoutesFile::new(self.path())
    }

    fn path(&self) -> PathBuf {
        self.0.join("cognito-routes.json")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn write(file: &RoutesFile, configure: fn(&mut ServiceConfig)) {
    let inventory = AppRoutes::new(configure).list().expect("an inventory");
    let outcome = file.check(&inventory, None, true).expect("a written file");
    assert_eq!(outcome, RoutesFileOutcome::Written);
}

fn content(path: &Path) -> String {
    fs::read_to_string(path).expect("a file")
}

#[test]
fn app_that_the_file_lists_is_accepted() {
    let folder = Folder::new("routes-accepted");
    write(&folder.file(), api);
    let outcome = AppRoutes::new(api)
        .check(&folder.file())
        .expect("no change");
    assert_eq!(outcome, RoutesFileOutcome::Unchanged);
    assert!(!content(&folder.path()).contains("\"line\""));
}

#[test]
fn loosened_route_is_reported_with_its_path_and_both_rules() {
    let folder = Folder::new("routes-loosened");
    write(&folder.file(), api);
    let error = AppRoutes::new(loosened_api)
        .check(&folder.file())
        .expect_err("the guard is looser");
    let message = error.to_string();
    for part in [
        "LOOSENED",
        "GET /widgets",
        "widgets/list",
        "any valid token",
        "UPDATE_COGNITO_ROUTES=1",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
    let CheckError::File(RoutesFileError::Changed { changes, .. }) = error else {
        panic!("{message}");
    };
    assert!(
        changes
            .iter()
            .any(|change| change.effect() == Effect::Loosens)
    );
}

#[test]
fn tightened_route_is_reported_as_tightened() {
    let folder = Folder::new("routes-tightened");
    write(&folder.file(), loosened_api);
    let error = AppRoutes::new(api)
        .check(&folder.file())
        .expect_err("a change");
    let message = error.to_string();
    assert!(message.contains("TIGHTENED"), "{message}");
    assert!(!message.contains("LOOSENED"), "{message}");
}

#[test]
fn route_without_a_guard_is_reported_as_loosened() {
    let folder = Folder::new("routes-closure");
    write(&folder.file(), api);
    let error = AppRoutes::new(extended_api).check(&folder.file());
    let message = error.expect_err("a new route").to_string();
    assert!(message.contains("GET /closure"), "{message}");
    assert!(message.contains("no guard"), "{message}");
}

#[test]
fn app_without_routes_is_rejected() {
    let folder = Folder::new("routes-none");
    let function = AppRoutes::new(no_api).list().expect("an inventory");
    // The handlers of this test are linked, but not registered with the app.
    assert!(
        function
            .routes()
            .iter()
            .all(|route| route.endpoints.is_empty())
    );
    let error = AppRoutes::new(no_api).check(&folder.file());
    assert!(matches!(
        error,
        Err(CheckError::File(RoutesFileError::Empty))
    ));
}

#[actix_web::test]
async fn app_is_listed_inside_of_an_asynchronous_test() {
    let inventory = AppRoutes::new(|app: &mut ServiceConfig| api(app)).list();
    let inventory = inventory.expect("an inventory");
    assert!(
        inventory
            .routes()
            .iter()
            .any(|route| !route.endpoints.is_empty())
    );
}
