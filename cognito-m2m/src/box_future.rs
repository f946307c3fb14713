//! The boxed future that this crate's traits return.

use std::future::Future;
use std::pin::Pin;

/// A boxed future that is awaited on an Actix worker, so it does not have to be `Send`.
///
/// # Examples
///
/// ```
/// use cognito_m2m::BoxFuture;
///
/// fn load<'a>(name: &'a str) -> BoxFuture<'a, Option<String>> {
///     Box::pin(async move { Some(name.to_owned()) })
/// }
/// # let _ = load("reporting");
/// ```
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;
