use crate::client::{CredentialPlacement, TokenClientSettings};

#[test]
fn credential_placement_has_a_variable_with_the_prefix_of_the_client() {
    let variable = "COGNITO_M2M_CLIENT_CREDENTIAL_PLACEMENT";
    for (text, expected) in [
        ("basic", CredentialPlacement::Basic),
        ("form", CredentialPlacement::Form),
    ] {
        let settings = TokenClientSettings::from_variables([(variable, text)]);
        assert!(settings.faults.is_empty(), "{:?}", settings.faults);
        assert_eq!(settings.credential_placement, expected);
    }
    for wrong in ["Form", "header", "", "form "] {
        let settings = TokenClientSettings::from_variables([(variable, wrong)]);
        let fault = settings.faults[0].to_string();
        let name = "`credential_placement` (COGNITO_M2M_CLIENT_CREDENTIAL_PLACEMENT): ";
        assert!(fault.starts_with(name), "{fault}");
    }
    // Without `CLIENT`, it is a setting of the server, which does not have it.
    let variables = [("COGNITO_M2M_CREDENTIAL_PLACEMENT", "form")];
    let settings = TokenClientSettings::from_variables(variables);
    assert_eq!(settings.credential_placement, CredentialPlacement::Basic);
}
