use serde_json::{Map, Value};

/// The exceptions with which AWS throttles requests, even with status 400. Cognito's own is
/// `TooManyRequestsException` (Quotas in Amazon Cognito, category `ClientAuthentication`). Front
/// ends send the others (AWS SDKs and Tools Reference Guide: "Retry behavior").
pub(super) const THROTTLING: [&str; 6] = [
    "TooManyRequestsException",
    "ThrottlingException",
    "ThrottledException",
    "LimitExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
];

/// Further throttling exceptions of the same list. Their names are too general to be searched for in
/// a text that may be anything.
const FURTHER_THROTTLING: [&str; 3] = ["Throttling", "RequestThrottledException", "SlowDown"];

/// The exceptions that refuse the client itself: a wrong secret, and an unknown client ID.
const REFUSES_CLIENT: [&str; 2] = ["NotAuthorizedException", "ResourceNotFoundException"];

/// The exception of AWS WAF, with which a web ACL blocks a request, whatever its secret.
const FORBIDDEN: &str = "ForbiddenException";

/// The exceptions after which the same request may succeed a little later. Their status is usually
/// 500 or 503 (Amazon Cognito API reference: "Common Errors").
const TRANSIENT: [&str; 7] = [
    "InternalErrorException",
    "InternalFailure",
    "InternalServerError",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServiceUnavailable",
    "ServiceUnavailableException",
];

/// Further exceptions that `GetClientToken` can send (Amazon Cognito API reference), whose names are
/// printed.
///
/// Those of a Lambda trigger are refusals. Cognito has repeated the call of a trigger that did not
/// respond in time (Amazon Cognito Developer Guide: "Customizing user pool workflows with Lambda
/// triggers").
const REFUSALS: [&str; 10] = [
    "InvalidParameterException",
    "UserLambdaValidationException",
    "UnexpectedLambdaException",
    "InvalidLambdaResponseException",
    "OperationNotEnabledException",
    "UnknownOperationException",
    "SerializationException",
    "UnauthorizedException",
    "AccessDeniedException",
    "ValidationException",
];

/// Returns the name of the exception in a response of the API, without the namespace in front of it
/// and without the URL after it: `com.amazonaws.cognito#NotAuthorizedException` and
/// `NotAuthorizedException:http://internal.amazon.com/coral/` are the same.
///
/// The name is in `__type`, in the header `x-amzn-errortype`, or in `code` (Smithy: "AWS JSON 1.1
/// protocol", "Operation error serialization"). If they differ, one that names throttling counts,
/// since it comes from a front end.
pub(super) fn exception_name(members: &Map<String, Value>, header: Option<&str>) -> Option<String> {
    let member = |name| members.get(name).and_then(Value::as_str);
    let texts = [member("__type"), header, member("code")];
    let mut names = texts.into_iter().flatten().filter_map(bare_name);
    let first = names.next()?;
    let throttling = std::iter::once(first)
        .chain(names)
        .find(|name| is_throttling(name));
    Some(throttling.unwrap_or(first).to_owned())
}

fn bare_name(text: &str) -> Option<&str> {
    let name = text.split(':').next()?;
    let name = name.rsplit('#').next()?.trim();
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
    (!name.is_empty() && name.bytes().all(is_name)).then_some(name)
}

pub(super) fn is_throttling(name: &str) -> bool {
    THROTTLING.contains(&name) || FURTHER_THROTTLING.contains(&name)
}

pub(super) fn is_transient(name: &str) -> bool {
    TRANSIENT.contains(&name)
}

pub(super) fn refuses_client(name: &str) -> bool {
    REFUSES_CLIENT.contains(&name)
}

pub(super) fn is_forbidden(name: &str) -> bool {
    name == FORBIDDEN
}

/// Returns the name if it is a well-known one, which errors print.
pub(super) fn known_name(name: &str) -> Option<&'static str> {
    let lists: [&[&str]; 6] = [
        &THROTTLING,
        &FURTHER_THROTTLING,
        &REFUSES_CLIENT,
        &[FORBIDDEN],
        &TRANSIENT,
        &REFUSALS,
    ];
    let mut known = lists.into_iter().flatten();
    known.find(|known| **known == name).copied()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn name_in(body: &Value, header: Option<&str>) -> Option<String> {
        exception_name(body.as_object().unwrap(), header)
    }

    #[test]
    fn namespace_and_url_are_not_part_of_the_name() {
        for text in [
            "NotAuthorizedException",
            "com.amazonaws.cognito.identity.idp.model#NotAuthorizedException",
            "NotAuthorizedException:",
            "NotAuthorizedException:http://internal.amazon.com/coral/com.amazon.coral.service/",
            "com.amazonaws#NotAuthorizedException:http://internal.amazon.com/#x",
        ] {
            let expected = Some("NotAuthorizedException".to_owned());
            assert_eq!(name_in(&json!({"__type": text}), None), expected, "{text}");
            assert_eq!(name_in(&json!({"code": text}), None), expected, "{text}");
            assert_eq!(name_in(&json!({}), Some(text)), expected, "{text}");
        }
    }

    #[test]
    fn body_without_the_name_of_an_exception_has_none() {
        for body in [
            json!({}),
            json!({"__type": 7}),
            json!({"__type": ""}),
            json!({"__type": "a sentence"}),
            json!({"message": "NotAuthorizedException"}),
        ] {
            assert_eq!(name_in(&body, None), None, "{body}");
        }
    }

    #[test]
    fn throttling_by_a_front_end_counts_first() {
        let body = || json!({"__type": "ForbiddenException", "message": "Throttling"});
        let name = name_in(&body(), Some("ThrottlingException:http://x/")).unwrap();
        assert_eq!(name, "ThrottlingException");
        assert_eq!(
            name_in(&body(), Some("Other")).unwrap(),
            "ForbiddenException"
        );
    }
}
