use super::client::LocalClient;
use super::cognito::LocalCognito;
use super::trigger::{TokenChanges, TokenEvent, Trigger};
use crate::scope::Scope;

/// Changing app clients, scopes and the trigger of the token endpoint while it runs.
impl LocalCognito {
    /// Adds a second secret to a registered app client, as the operation `AddUserPoolClientSecret` of
    /// Cognito does.
    ///
    /// The token endpoint accepts both secrets until one of them is
    /// [deleted](Self::delete_secret).
    ///
    /// # Panics
    ///
    /// Panics where Cognito refuses the operation: if the client is not registered, has no secret, or
    /// already has two. Also panics if the client already has this secret.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::{LocalClient, LocalCognito};
    ///
    /// let cognito = LocalCognito::start()?;
    /// cognito.register(LocalClient::new("reporting").secret("old").scopes(["widgets/read"]));
    ///
    /// // A rotation: both secrets are valid until the old one is deleted.
    /// cognito.add_secret("reporting", "next");
    /// cognito.delete_secret("reporting", "old");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn add_secret(&self, client_id: &str, secret: impl Into<String>) {
        self.change_client(client_id, |client| client.add_secret(secret.into()));
    }

    /// Deletes a secret of a registered app client, as the operation `DeleteUserPoolClientSecret` of
    /// Cognito does.
    ///
    /// From then on, a token request with the secret fails with `invalid_client`. Tokens that were
    /// already issued remain valid.
    ///
    /// # Panics
    ///
    /// Panics where Cognito refuses the operation: if the client is not registered, does not have the
    /// secret, or has no other one.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::{LocalClient, LocalCognito};
    ///
    /// let cognito = LocalCognito::start()?;
    /// let client = LocalClient::new("reporting").secret("old").second_secret("next");
    /// cognito.register(client.scopes(["widgets/read"]));
    /// cognito.delete_secret("reporting", "old");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn delete_secret(&self, client_id: &str, secret: &str) {
        self.change_client(client_id, |client| client.delete_secret(secret));
    }

    #[track_caller]
    fn change_client(&self, client_id: &str, change: impl FnOnce(&mut LocalClient)) {
        let mut state = self.pool.state();
        let client = state.clients.get_mut(client_id);
        assert!(
            client.is_some(),
            "expected a registered client, found {client_id:?}"
        );
        client.map(change);
    }

    /// Deletes a scope from its resource server, without changing the app clients that are configured
    /// with it.
    ///
    /// As in Cognito, the scope is then inactive: new tokens lack it, whether a request names it or
    /// names no scopes at all. This is not an error, so a request for inactive scopes only is granted a
    /// token whose `scope` is empty. A request for a scope that the client is not configured with still
    /// fails with `invalid_scope`, deleted or not (Amazon Cognito Developer Guide, "Scopes, M2M, and
    /// resource servers").
    ///
    /// The default scopes of [`token`](Self::token) lack the scope too.
    ///
    /// # Panics
    ///
    /// Panics if the scope is empty or contains characters that RFC 6749 section 3.3 does not allow.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::{LocalClient, LocalCognito};
    ///
    /// let cognito = LocalCognito::start()?;
    /// let client = LocalClient::new("reporting").secret("s3cret");
    /// cognito.register(client.scopes(["widgets/read", "widgets/write"]));
    ///
    /// // From now on, the client is granted `widgets/read` only.
    /// cognito.delete_scope("widgets/write");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn delete_scope(&self, scope: &str) {
        assert!(
            Scope::new(scope.to_owned()).is_ok(),
            "expected a scope, found {scope:?}"
        );
        self.pool.state().deleted_scopes.insert(scope.to_owned());
    }

    /// Adds a [deleted](Self::delete_scope) scope to its resource server again.
    ///
    /// The app clients that are configured with it are granted the scope again.
    pub fn restore_scope(&self, scope: &str) {
        self.pool.state().deleted_scopes.remove(scope);
    }

    /// Sets the function that changes new tokens before they are signed, as a pre token generation
    /// Lambda trigger does with event version 3 (`V3_0`). It replaces any previous trigger.
    ///
    /// The function is called once for each token that an endpoint issues, on the thread of the
    /// server, and other requests wait for it. [`TokenChanges`] describes which changes Cognito allows.
    /// A function that panics is a Lambda function that fails: no token is issued, and the token
    /// endpoint responds with `invalid_request`. Tokens from [`token`](Self::token) are made to order,
    /// so the function is not called for them.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::{LocalCognito, TokenChanges, TokenEvent};
    ///
    /// let cognito = LocalCognito::start()?;
    /// cognito.set_trigger(|event: &TokenEvent| {
    ///     let changes = TokenChanges::new().claim("environment", "test");
    ///     match event.client_metadata().get("tenant") {
    ///         Some(tenant) => changes.claim("tenant", tenant.clone()),
    ///         None => changes.suppress_scope("widgets/write"),
    ///     }
    /// });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn set_trigger(
        &self,
        trigger: impl Fn(&TokenEvent) -> TokenChanges + Send + Sync + 'static,
    ) {
        self.pool.state().trigger = Some(Trigger::new(trigger));
    }

    /// Removes the trigger that [`set_trigger`](Self::set_trigger) has set.
    pub fn clear_trigger(&self) {
        self.pool.state().trigger = None;
    }
}
