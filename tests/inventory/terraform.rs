//! A real HCL parser reads the Terraform files and finds exactly the scopes in them.

use std::collections::BTreeMap;

use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, Responder, get};
use cognito_m2m::inventory::{UserPoolResourceServers, routes_of};
use cognito_m2m::policy::ResourceServers;
use cognito_m2m::{require_all_scopes, scopes};
use cognito_m2m_examples::widgets;
use hcl::eval::{Context, Evaluate};
use hcl::{Block, Body, Value};

/// Each resource server: identifier and name, and its scopes by name with their descriptions.
type Servers = Vec<(String, String, BTreeMap<String, String>)>;

/// Returns the value of an attribute. Evaluating it fails if it refers to anything.
fn text(body: &Body, name: &str) -> String {
    let attribute = body.attributes().find(|attribute| attribute.key() == name);
    let attribute = attribute.unwrap_or_else(|| panic!("no attribute {name}"));
    match attribute.expr().evaluate(&Context::new()) {
        Ok(Value::String(text)) => text,
        other => panic!("{name} is {other:?}"),
    }
}

fn labels(block: &Block) -> Vec<&str> {
    block.labels().iter().map(hcl::BlockLabel::as_str).collect()
}

fn parsed(file: &str) -> Servers {
    let body = hcl::parse(file).unwrap_or_else(|error| panic!("{error}\n{file}"));
    let variables = body
        .blocks()
        .filter(|block| block.identifier() == "variable");
    assert_eq!(
        variables.map(labels).collect::<Vec<_>>(),
        [["user_pool_id"]]
    );

    let resources = body
        .blocks()
        .filter(|block| block.identifier() == "resource");
    let resources: Vec<_> = resources.collect();
    let mut all_labels: Vec<_> = resources.iter().map(|block| labels(block)).collect();
    for labels in &all_labels {
        assert_eq!(labels[0], "aws_cognito_resource_server");
        assert!(hcl::Identifier::new(labels[1]).is_ok(), "{labels:?}");
    }
    all_labels.sort_unstable();
    all_labels.dedup();
    assert_eq!(all_labels.len(), resources.len(), "labels are unique");

    let server = |block: &&Block| {
        let body = block.body();
        let pool = body
            .attributes()
            .find(|attribute| attribute.key() == "user_pool_id");
        let pool = pool.expect("user_pool_id").expr().to_string();
        assert_eq!(pool, "var.user_pool_id");
        let scopes = body.blocks().map(|scope| {
            assert_eq!(scope.identifier(), "scope");
            let name = text(scope.body(), "scope_name");
            (name, text(scope.body(), "scope_description"))
        });
        (
            text(body, "identifier"),
            text(body, "name"),
            scopes.collect(),
        )
    };
    resources.iter().map(server).collect()
}

fn expected(servers: &UserPoolResourceServers) -> Servers {
    let servers = servers.iter().map(|server| {
        let scopes = server.scopes.iter();
        let scopes = scopes.map(|scope| (scope.name.clone(), scope.description.clone()));
        (
            server.identifier.clone(),
            server.name.clone(),
            scopes.collect(),
        )
    });
    servers.collect()
}

#[test]
fn parser_reads_the_scopes_of_the_demo_application() {
    let inventory = routes_of(widgets::routes_without_data);
    let servers = inventory.resource_servers().expect("valid scopes");
    let scopes =
        ["admin", "read", "write"].map(|name| (name.to_owned(), format!("widgets/{name}")));
    let widgets = ("widgets".to_owned(), "widgets".to_owned(), scopes.into());
    assert_eq!(parsed(&servers.to_terraform()), [widgets]);
}

scopes! {
    #[resource_server("https://terraform.example/v1")]
    mod own {
        /// Read "${everything}".
        pub(super) const READ: &str = "read";
        pub(super) const WRITE: &str = "write";
    }
}

scopes! {
    #[resource_server("https://called.example")]
    mod called {
        pub(super) const READ: &str = "read";
    }
}

#[require_all_scopes(own::READ, "https://terraform.example/v1/extra")]
#[get("/terraform")]
async fn with_own_scopes() -> impl Responder {
    HttpResponse::Ok().body([own::WRITE, called::READ].join(" "))
}

fn app(config: &mut ServiceConfig) {
    config.service(with_own_scopes);
}

#[test]
fn parser_reads_the_required_and_defined_scopes_of_an_app_without_those_of_called_apis() {
    let identifier = "https://terraform.example/v1";
    // The inventory also has the handlers of the other tests, which are not part of this app.
    let of_this_file = ResourceServers::new([identifier, "https://called.example"]);
    let servers = routes_of(app).resource_servers().expect("valid scopes");
    let servers = servers.for_resource_servers(&of_this_file.expect("identifiers"));
    let scopes = [
        ("extra", format!("{identifier}/extra")),
        ("read", "Read \"${everything}\".".to_owned()),
        ("write", format!("{identifier}/write")),
    ];
    let scopes = scopes.map(|(name, description)| (name.to_owned(), description));
    let name = "terraform.example-v1".to_owned();
    let server = (identifier.to_owned(), name, scopes.into());
    assert_eq!(parsed(&servers.to_terraform()), [server]);
}

#[test]
fn parser_reads_every_text_unchanged() {
    let long = "\u{1f980}".repeat(256);
    let scopes = [
        ("widgets/read", "Read widgets"),
        ("https://api.example.com/v1/read", "A URL as the identifier"),
        (
            "https://api.example.com:v1/read",
            "An identifier with the same label",
        ),
        ("https://API.example.com/v1/read", "Another one"),
        ("1st/read", "A digit first"),
        ("-/read", ""),
        ("///read", ""),
        ("a/${x}", "${x} $${x} $$${x} %{if} %%{if} %%%{if} ${"),
        ("${x}/%{y}", "$ {x} $"),
        ("a/#;<>()[]{}|&'*!~^`", "</script> <!-- /* */ # // EOF"),
        ("a/quotes", r#""quoted" 'single' `code` \ \n \u0041 \"#),
        (
            "a/unicode",
            "\u{e9}\u{1f980}\u{2028}\u{202e}\u{feff}\u{200b}",
        ),
        (
            "a/control",
            "bell \u{7} escape \u{1b} delete \u{7f} next line \u{85} end",
        ),
        ("a/heredoc", "<<EOF ${ EOF }"),
        ("a/long", &long),
    ];
    let servers = UserPoolResourceServers::from_scopes(scopes).expect("valid scopes");
    assert_eq!(parsed(&servers.to_terraform()), expected(&servers));
    // Only whitespace is changed.
    let all: Vec<_> = expected(&servers)
        .into_iter()
        .flat_map(|(_, _, s)| s)
        .collect();
    assert!(all.contains(&("long".to_owned(), long)));
    assert!(all.iter().any(|(name, _)| name == "${x}"));
}

#[test]
fn file_without_scopes_declares_only_the_variable() {
    let servers = UserPoolResourceServers::default();
    assert_eq!(parsed(&servers.to_terraform()), []);
}

#[test]
fn parser_finds_unescaped_texts() {
    for file in ["a = \"b\"c\"", "a = \"b\\\"", "a = \"${\"", "a = \"%{\""] {
        assert!(hcl::parse(file).is_err(), "{file}");
    }
    let body = hcl::parse("a = \"${b}\"").expect("valid HCL");
    let attribute = body.attributes().next().expect("an attribute");
    assert!(attribute.expr().evaluate(&Context::new()).is_err());
}
