"""The packages whose builds are compared: a name, a manifest and a source file each."""

import pathlib

ACTIX = 'actix-web = { version = "4.18", default-features = false, features = ["macros"] }\n'
# What an application needs to fetch signing keys and verify tokens itself. The features are few, so that
# the comparison is strict: the default features of both crates would compile more.
BY_HAND = (
    'reqwest = { version = "0.13", default-features = false, features = ["rustls", "json"] }\n'
    'jsonwebtoken = { version = "11", default-features = false, features = ["aws_lc_rs"] }\n'
)
HANDLERS = 500
# The package that a project builds, with its version.
MEASURED = "measured@0.0.0"

BARE = """use actix_web::{App, HttpServer, get};

#[get("/")]
async fn index() -> &'static str {
    "ok"
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| App::new().service(index)).bind(("127.0.0.1", 8080))?.run().await
}
"""

CALLS_BY_HAND = """
pub async fn fetch(url: &str) -> Result<jsonwebtoken::jwk::JwkSet, reqwest::Error> {
    reqwest::get(url).await?.json().await
}

pub fn verify(token: &str, key: &jsonwebtoken::DecodingKey) -> jsonwebtoken::errors::Result<String> {
    let validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    jsonwebtoken::decode(token, key, &validation).map(|token| token.claims)
}
"""

WITH_CRATE = """use actix_web::{App, HttpServer, get};
use cognito_m2m::{CognitoAuth, require_scopes};

#[require_scopes("widgets/read")]
#[get("/")]
async fn index() -> &'static str {
    "ok"
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let auth = CognitoAuth::from_env().map_err(std::io::Error::other)?;
    let app = move || App::new().wrap(auth.clone()).service(index);
    HttpServer::new(app).bind(("127.0.0.1", 8080))?.run().await
}
"""

# What stands in front of each handler.
ATTRIBUTES = {
    "no attribute": "",
    "require_scopes": '#[cognito_m2m::require_scopes("widgets/read")]\n',
    "require_any_scope, two scopes": '#[cognito_m2m::require_any_scope("widgets/read", "widgets/write")]\n',
    "scope_map, two methods": '#[cognito_m2m::scope_map(GET = "widgets/read", POST = "widgets/write")]\n',
    "allow_client_ids": '#[cognito_m2m::allow_client_ids("7k2m9f3qexample1h2j3k4l5m6")]\n',
}


def manifest(dependencies: str) -> str:
    """Returns the manifest of a package that is a workspace of its own."""
    return f'[package]\nname = "measured"\nversion = "0.0.0"\nedition = "2024"\n\n[workspace]\n\n[dependencies]\n{dependencies}'


def crate_dependency(repository: pathlib.Path, features: list[str]) -> str:
    """Returns the dependency on the crate in this repository."""
    return f'cognito-m2m = {{ path = "{repository / "cognito-m2m"}", features = {features} }}\n'


def handlers(attribute: str) -> str:
    """Returns a library with handlers, each below this attribute, and a function that registers them."""
    functions = "".join(
        f"{attribute}async fn handler_{number}() -> &'static str {{\n    \"ok\"\n}}\n\n"
        for number in range(HANDLERS)
    )
    routes = "".join(
        f'    config.route("/{number}", web::to(handler_{number}));\n' for number in range(HANDLERS)
    )
    return (
        "use actix_web::web;\n\n"
        f"{functions}pub fn configure(config: &mut web::ServiceConfig) {{\n{routes}}}\n"
    )
