use std::collections::HashMap;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::grant::{GrantError, GrantRequest};
use super::user_pool::UserPool;

/// The content type of requests and responses (Smithy: "AWS JSON 1.1 protocol").
pub(super) const CONTENT_TYPE_OF_API: &str = "application/x-amz-json-1.1";

/// The value of `X-Amz-Target`.
const TARGET: &str = "AWSCognitoIdentityProviderService.GetClientToken";

/// A request to `POST /`.
pub(super) struct ApiRequest<'a> {
    pub(super) content_type: Option<&'a str>,
    pub(super) target: Option<&'a str>,
    pub(super) body: &'a [u8],
}

/// An error of the API: the exception and its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exception {
    pub(super) name: &'static str,
    pub(super) message: &'static str,
}

/// Returns the access token for a request, with the same checks as Cognito:
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetClientToken.html>.
pub(super) fn grant(pool: Arc<UserPool>, request: &ApiRequest<'_>) -> Result<String, Exception> {
    let input = Input::parse(request)?;
    let (Some(client_id), Some(secret)) = (&input.client_id, &input.secret) else {
        return Err(Exception {
            name: "InvalidParameterException",
            message: "ClientId and Secret are required.",
        });
    };
    if !pool.state().clients.contains_key(client_id) {
        return Err(Exception {
            name: "ResourceNotFoundException",
            message: "User pool client does not exist.",
        });
    }
    let scopes: Vec<&str> = input.scopes.iter().map(String::as_str).collect();
    let request = GrantRequest {
        client_id,
        secret: Some(secret),
        scopes: (!scopes.is_empty()).then_some(scopes),
        client_metadata: &input.client_metadata,
    };
    request.grant(pool).map_err(exception)
}

fn exception(error: GrantError) -> Exception {
    match error {
        GrantError::InvalidClient => Exception {
            name: "NotAuthorizedException",
            message: "Incorrect client ID or secret.",
        },
        GrantError::TriggerFailed => Exception {
            name: "UserLambdaValidationException",
            message: "PreTokenGeneration failed.",
        },
        GrantError::InvalidScope => Exception {
            name: "InvalidParameterException",
            message: "The client does not have a requested scope.",
        },
        _ => Exception {
            name: "InvalidParameterException",
            message: "The client can't request tokens for itself.",
        },
    }
}

/// The input of the operation. `null` is the same as an absent member.
struct Input {
    client_id: Option<String>,
    secret: Option<String>,
    scopes: Vec<String>,
    client_metadata: Map<String, Value>,
}

impl Input {
    fn parse(request: &ApiRequest<'_>) -> Result<Self, Exception> {
        let media_type = request.content_type.unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default().trim();
        let is_json = media_type.eq_ignore_ascii_case(CONTENT_TYPE_OF_API);
        if !is_json || request.target != Some(TARGET) {
            return Err(Exception {
                name: "UnknownOperationException",
                message: "Expected the operation GetClientToken.",
            });
        }
        Self::from_json(request.body).ok_or(Exception {
            name: "SerializationException",
            message: "Expected a JSON object with members of the documented types.",
        })
    }

    fn from_json(body: &[u8]) -> Option<Self> {
        let mut members: Map<String, Value> = serde_json::from_slice(body).ok()?;
        let metadata: Option<HashMap<String, String>> = member(&mut members, "ClientMetadata")?;
        let metadata = metadata.unwrap_or_default().into_iter();
        Some(Self {
            client_metadata: metadata.map(|(name, value)| (name, value.into())).collect(),
            client_id: member(&mut members, "ClientId")?,
            secret: member(&mut members, "Secret")?,
            scopes: member::<Option<_>>(&mut members, "Scopes")?.unwrap_or_default(),
        })
    }
}

/// Returns a member, or `None` if it has another type.
fn member<T: DeserializeOwned>(members: &mut Map<String, Value>, name: &str) -> Option<T> {
    let value = members.remove(name).unwrap_or_default();
    serde_json::from_value(value).ok()
}
