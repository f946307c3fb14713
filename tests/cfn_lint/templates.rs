//! Writes CloudFormation templates into a folder, for `run`: `cloudformation_templates <folder>`

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use cognito_m2m::inventory::{ScopeFaults, UserPoolResourceServers, routes_of};
use cognito_m2m_examples::widgets;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args_os().nth(1).ok_or("usage: <folder>")?;
    for (name, servers) in templates()? {
        let file = Path::new(&folder).join(name).with_extension("json");
        fs::write(file, servers.to_cloudformation())?;
    }
    Ok(())
}

type Templates = Vec<(&'static str, UserPoolResourceServers)>;

fn templates() -> Result<Templates, ScopeFaults> {
    let largest = (0..25).flat_map(|server| {
        let scope = move |scope| (format!("https://api.example.com/{server}/{scope}"), "");
        (0..100).map(scope)
    });
    let longest = [(
        format!("{}/{}", "i".repeat(256), "n".repeat(256)),
        "\u{e9}".repeat(256),
    )];
    Ok(vec![
        (
            "demo_application",
            routes_of(widgets::routes_without_data).resource_servers()?,
        ),
        (
            "widgets",
            UserPoolResourceServers::from_scopes([
                ("widgets/read", "Read widgets"),
                ("widgets/write", "Change widgets"),
                ("reports/read", ""),
            ])?,
        ),
        (
            "urls",
            UserPoolResourceServers::from_scopes([
                ("https://api.example.com/v1/read", ""),
                (
                    "https://api.example.com:v1/read",
                    "The same logical ID without its hash",
                ),
                ("HTTPS://api.example.com/v1/read", ""),
                ("///read", ""),
                ("1/read", ""),
            ])?,
        ),
        (
            "special_characters",
            UserPoolResourceServers::from_scopes([
                ("a/${UserPoolId}", "${UserPoolId} ${!x} $${AWS::Region} ${"),
                ("${AWS::Region}/%{y}", "!Ref x, {{x}}, Fn::Sub, $ {x}"),
                ("a/#;<>()[]{}|&'*!~^`", "</script> <!-- --> # //"),
                ("a/quotes", r#""quoted" 'single' `code` \ \n \u0041"#),
                ("a/unicode", "\u{e9}\u{1f980}\u{2028}\u{202e}\u{feff}"),
                ("a/control", "bell \u{7} escape \u{1b} delete \u{7f}"),
            ])?,
        ),
        ("largest", UserPoolResourceServers::from_scopes(largest)?),
        ("longest", UserPoolResourceServers::from_scopes(longest)?),
    ])
}
