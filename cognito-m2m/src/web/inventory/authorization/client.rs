use std::cell::Cell;
use std::io;

use actix_web::http::Method;
use actix_web::test::TestRequest;

use super::outcome::Outcome;
use super::user_pool::{UserPool, Validity};
use crate::inventory::least::Caller;
use crate::web::cognito_auth::CognitoAuth;
use crate::web::inventory::app::RecordedApp;
use crate::web::inventory::found::ProbedEndpoint;
use crate::web::inventory::path::FilledPath;
use crate::web::request::Recording;

/// Sends requests with tokens to the app.
pub(super) struct Client {
    pub(super) app: RecordedApp,
    pub(super) auth: CognitoAuth,
    pub(super) user_pool: UserPool,
    pub(super) requests: Cell<usize>,
}

impl Client {
    /// Sends a request with a token of the caller, or without a token.
    pub(super) async fn send(
        &self,
        endpoint: &ProbedEndpoint,
        caller: Option<(&Caller, Validity)>,
    ) -> io::Result<Outcome> {
        self.send_to(endpoint, &endpoint.filled, caller).await
    }

    /// Sends a request to another path of the endpoint.
    pub(super) async fn send_to(
        &self,
        endpoint: &ProbedEndpoint,
        path: &FilledPath,
        caller: Option<(&Caller, Validity)>,
    ) -> io::Result<Outcome> {
        let method = Method::from_bytes(endpoint.endpoint.method.as_bytes());
        let method = method.map_err(io::Error::other)?;
        let mut request = TestRequest::with_uri(&path.path).method(method);
        for (name, value) in &endpoint.headers {
            request = request.insert_header((name.as_str(), value.as_str()));
        }
        if let Some((caller, validity)) = caller {
            let state = self.auth.state();
            let token = self.user_pool.sign(caller, validity)?;
            let value = format!("{} {token}", state.header_prefix.as_str());
            request = request.insert_header((state.header_name.clone(), value));
        }
        self.requests.set(self.requests.get().saturating_add(1));
        let answer = self.app.send(request, None, Recording::default()).await;
        Ok(Outcome::of(&answer))
    }
}
