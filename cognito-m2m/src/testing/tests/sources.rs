use super::*;
use crate::settings::IssuerType;
use crate::testing::{Endpoint, Fault};

const POOL: &str = "us-east-1_Local0001";
const ORIGINAL: &str = "cognito-idp.us-east-1.amazonaws.com";
const UPDATED: &str = "issuer-cognito-idp.us-east-1.amazonaws.com";
const REPLICA: &str = "cognito-idp.eu-west-1.amazonaws.com";

fn start_with(issuer_type: IssuerType) -> LocalCognito {
    let builder = LocalCognito::builder().issuer_type(issuer_type);
    builder.start().unwrap()
}

fn url(cognito: &LocalCognito, host: &str, document: &str) -> String {
    let origin = cognito.token_url().replace("/oauth2/token", "");
    format!("{origin}/{host}/{POOL}/.well-known/{document}")
}

async fn get(cognito: &LocalCognito, host: &str, document: &str) -> Response {
    let url = url(cognito, host, document);
    http().get(url).send().await.unwrap()
}

async fn status(cognito: &LocalCognito, host: &str) -> u16 {
    get(cognito, host, "jwks.json").await.status().as_u16()
}

async fn kids(cognito: &LocalCognito, host: &str) -> Vec<String> {
    let document = json(get(cognito, host, "jwks.json").await).await;
    let keys = document["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

fn issuer(token: &str) -> String {
    claims(token)["iss"].as_str().unwrap().to_owned()
}

#[test]
fn tokens_have_the_issuer_of_the_type() {
    let cognito = start_with(IssuerType::Original);
    let original = format!("https://{ORIGINAL}/{POOL}");
    assert_eq!(cognito.issuer(), original);
    assert_eq!(issuer(&cognito.token("id").sign()), original);
    let cognito = start_with(IssuerType::Updated);
    let updated = format!("https://{UPDATED}/{POOL}");
    assert_eq!(cognito.issuer(), updated);
    assert_eq!(issuer(&cognito.token("id").sign()), updated);
}

#[test]
fn issuers_are_those_of_the_partition() {
    let builder = LocalCognito::builder().user_pool_id("cn-north-1_Local1");
    let cognito = builder.issuer_type(IssuerType::Updated).start().unwrap();
    let host = "https://issuer-cognito-idp.cn-north-1.amazonaws.com.cn";
    assert_eq!(cognito.issuer(), format!("{host}/cn-north-1_Local1"));
}

#[actix_web::test]
async fn switch_changes_new_tokens_of_the_token_endpoint() {
    let cognito = start_with(IssuerType::Original);
    cognito.register(LocalClient::new("id").secret("s").scopes(["a/b"]));
    let form = "grant_type=client_credentials&client_id=id&client_secret=s";
    for (issuer_type, host) in [
        (IssuerType::Original, ORIGINAL),
        (IssuerType::Updated, UPDATED),
        (IssuerType::Original, ORIGINAL),
    ] {
        cognito.set_issuer_type(issuer_type);
        let body = json(post_form(&cognito, form).await).await;
        let token = body["access_token"].as_str().unwrap();
        assert_eq!(issuer(token), format!("https://{host}/{POOL}"));
    }
}

#[actix_web::test]
async fn every_source_publishes_the_same_keys() {
    let cognito = start_with(IssuerType::Updated);
    for host in [ORIGINAL, UPDATED, REPLICA] {
        assert_eq!(kids(&cognito, host).await, cognito.kids(), "{host}");
    }
    assert_eq!(cognito.jwks_url(), url(&cognito, ORIGINAL, "jwks.json"));
    assert_eq!(published_keys(&cognito).await.len(), 2);
}

#[actix_web::test]
async fn keys_of_the_updated_issuer_are_forbidden_until_the_first_switch() {
    let cognito = start_with(IssuerType::Original);
    assert_eq!(status(&cognito, UPDATED).await, 403);
    let discovery = get(&cognito, UPDATED, "openid-configuration").await;
    assert_eq!(discovery.status(), 403);
    assert_eq!(status(&cognito, ORIGINAL).await, 200);

    cognito.set_issuer_type(IssuerType::Updated);
    assert_eq!(status(&cognito, UPDATED).await, 200);
    cognito.set_issuer_type(IssuerType::Original);
    assert_eq!(status(&cognito, UPDATED).await, 200);
    assert_eq!(cognito.updated_jwks_requests(), 3);
}

#[actix_web::test]
async fn requests_and_faults_are_separate_for_each_source() {
    let cognito = start_with(IssuerType::Updated);
    cognito.set_fault(Endpoint::Jwks, Some(Fault::Status(503, None, None)));
    cognito.set_fault(Endpoint::ReplicaJwks, Some(Fault::Status(500, None, None)));
    for (host, expected) in [(ORIGINAL, 503), (UPDATED, 200), (REPLICA, 500)] {
        assert_eq!(status(&cognito, host).await, expected, "{host}");
    }
    cognito.set_fault(Endpoint::UpdatedJwks, Some(Fault::Status(502, None, None)));
    cognito.set_fault(Endpoint::Jwks, None);
    cognito.set_fault(Endpoint::ReplicaJwks, None);
    for (host, expected) in [(ORIGINAL, 200), (UPDATED, 502), (REPLICA, 200)] {
        assert_eq!(status(&cognito, host).await, expected, "{host}");
    }
    assert_eq!(
        status(&cognito, "cognito-idp.ap-south-1.amazonaws.com").await,
        200
    );
    let requests = (
        cognito.jwks_requests(),
        cognito.updated_jwks_requests(),
        cognito.replica_jwks_requests(),
    );
    assert_eq!(requests, (2, 2, 3));
}

#[actix_web::test]
async fn key_can_be_withdrawn_from_one_source() {
    let cognito = start_with(IssuerType::Updated);
    let [current, next] = cognito.kids();
    let remaining = vec![cognito.signing_key().public_jwk()];
    cognito.set_source_keys(Endpoint::UpdatedJwks, Some(remaining));
    assert_eq!(kids(&cognito, ORIGINAL).await, [current.clone(), next]);
    let current = [current];
    assert_eq!(kids(&cognito, UPDATED).await, current);

    cognito.rotate_keys();
    assert_eq!(kids(&cognito, UPDATED).await, current);
    assert_eq!(kids(&cognito, REPLICA).await, cognito.kids());
    cognito.set_source_keys(Endpoint::UpdatedJwks, None);
    assert_eq!(kids(&cognito, UPDATED).await, cognito.kids());
}

#[test]
#[should_panic(expected = "expected an endpoint that publishes keys")]
fn token_endpoint_has_no_keys() {
    start().set_source_keys(Endpoint::Token, None);
}

#[actix_web::test]
async fn discovery_document_of_each_source_has_its_issuer() {
    let cognito = start_with(IssuerType::Updated);
    assert_eq!(
        cognito.discovery_url(),
        url(&cognito, UPDATED, "openid-configuration")
    );
    for host in [ORIGINAL, UPDATED, REPLICA] {
        let document = json(get(&cognito, host, "openid-configuration").await).await;
        assert_eq!(document["issuer"], format!("https://{host}/{POOL}"));
        assert_eq!(document["jwks_uri"], url(&cognito, host, "jwks.json"));
        assert_eq!(document["token_endpoint"], cognito.token_url());
    }
}

#[actix_web::test]
async fn other_hosts_and_pools_are_404() {
    let cognito = start_with(IssuerType::Updated);
    let foreign = "issuer-cognito-idp.eu-west-1.amazonaws.com";
    assert_eq!(status(&cognito, foreign).await, 404);
    assert_eq!(status(&cognito, "127.0.0.1").await, 404);
    let other_pool = url(&cognito, ORIGINAL, "jwks.json").replace(POOL, "us-east-1_Other");
    let response = http().get(other_pool).send().await.unwrap();
    assert_eq!(response.status(), 404);
    // A pool with a fixed issuer has no AWS hosts.
    assert_eq!(status(&start(), ORIGINAL).await, 404);
}

#[test]
fn replica_names_its_region_in_original_issuers_only() {
    let cognito = start_with(IssuerType::Original);
    let in_region = |region: &str| issuer(&cognito.token("id").issued_in_region(region).sign());
    let replica = format!("https://{REPLICA}/{POOL}");
    assert_eq!(in_region("eu-west-1"), replica);

    cognito.issue_in_region("eu-west-1");
    assert_eq!(issuer(&cognito.token("id").sign()), replica);
    let original = format!("https://{ORIGINAL}/{POOL}");
    assert_eq!(in_region("us-east-1"), original);
    assert_eq!(cognito.issuer(), original);

    cognito.set_issuer_type(IssuerType::Updated);
    let updated = format!("https://{UPDATED}/{POOL}");
    assert_eq!(issuer(&cognito.token("id").sign()), updated);
    assert_eq!(in_region("eu-west-1"), updated);

    cognito.set_issuer_type(IssuerType::Original);
    cognito.issue_in_region("us-east-1");
    assert_eq!(issuer(&cognito.token("id").sign()), original);
}

#[test]
#[should_panic(expected = "the pool has a fixed issuer")]
fn pool_with_a_fixed_issuer_cannot_be_switched() {
    start().set_issuer_type(IssuerType::Updated);
}

#[test]
#[should_panic(expected = "the pool has a fixed issuer")]
fn pool_with_a_fixed_issuer_has_no_replica() {
    let _ = start().token("id").issued_in_region("eu-west-1");
}

#[test]
#[should_panic(expected = "expected a Region")]
fn text_that_is_no_region_is_rejected() {
    start_with(IssuerType::Original).issue_in_region("Ireland");
}

#[test]
fn issuer_type_requires_a_region_in_the_user_pool_id() {
    let builder = LocalCognito::builder().user_pool_id("local");
    let error = builder.issuer_type(IssuerType::Original).start();
    let error = error.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    assert!(error.to_string().contains("user pool ID"), "{error}");
}

#[test]
fn last_call_selects_the_issuer() {
    let builder = LocalCognito::builder().issuer_type(IssuerType::Updated);
    let cognito = builder.issuer("https://issuer.example.com").start();
    assert_eq!(cognito.unwrap().issuer(), "https://issuer.example.com");
    let builder = LocalCognito::builder().issuer("https://issuer.example.com");
    let cognito = builder.issuer_type(IssuerType::Updated).start();
    assert_eq!(
        cognito.unwrap().issuer(),
        format!("https://{UPDATED}/{POOL}")
    );
}
