use serde_json::{Value, json};

use crate::inventory::cognito::user_pool::UserPoolResourceServers;

impl UserPoolResourceServers {
    /// Returns the resource servers as a JSON list of inputs for the AWS CLI.
    ///
    /// Each entry is the `--cli-input-json` of `aws cognito-idp create-resource-server` and of
    /// `update-resource-server`, which replaces all scopes of the resource server:
    ///
    /// ```sh
    /// jq -c '.[]' resource-servers.json | while IFS= read -r input; do
    ///   aws cognito-idp create-resource-server --cli-input-json "$input"
    /// done
    /// ```
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::inventory::UserPoolResourceServers;
    ///
    /// let servers = UserPoolResourceServers::from_scopes([("widgets/read", "Read widgets")])?;
    /// let inputs = servers.to_cli_json("eu-central-1_EXAMPLE");
    /// assert!(inputs.contains(r#""ScopeName": "read""#));
    /// # Ok::<(), cognito_m2m::inventory::ScopeFaults>(())
    /// ```
    #[must_use]
    pub fn to_cli_json(&self, user_pool_id: &str) -> String {
        let inputs = self.iter().map(|server| {
            let scopes = server.scopes.iter().map(
                |scope| json!({ "ScopeName": scope.name, "ScopeDescription": scope.description }),
            );
            json!({
                "UserPoolId": user_pool_id,
                "Identifier": server.identifier,
                "Name": server.name,
                "Scopes": scopes.collect::<Vec<_>>(),
            })
        });
        format!("{:#}\n", inputs.collect::<Value>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_entry_is_the_input_of_one_command() {
        let servers = UserPoolResourceServers::from_scopes([("b/x", "\"\\${}\u{e9}"), ("a/y", "")]);
        let text = servers.expect("valid scopes").to_cli_json("eu-central-1_A");
        let inputs: Value = serde_json::from_str(&text).expect("JSON");
        let expected = json!([
            {
                "UserPoolId": "eu-central-1_A", "Identifier": "a", "Name": "a",
                "Scopes": [{ "ScopeName": "y", "ScopeDescription": "a/y" }],
            },
            {
                "UserPoolId": "eu-central-1_A", "Identifier": "b", "Name": "b",
                "Scopes": [{ "ScopeName": "x", "ScopeDescription": "\"\\${}\u{e9}" }],
            },
        ]);
        assert_eq!(inputs, expected);
    }
}
