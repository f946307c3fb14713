use std::future::Future;

use super::failure::Failure;

/// A connection to a database server.
///
/// It is a trait because a function that is generic over Diesel's connections would need too many
/// bounds.
pub(crate) trait DatabaseConnection: Sized + Send + 'static {
    /// Opens a connection to the database at this URL.
    fn open(url: &str) -> impl Future<Output = Result<Self, Failure>> + Send;

    /// Runs statements that have no parameters and no result.
    fn run(&mut self, statements: &str) -> impl Future<Output = Result<(), Failure>> + Send;
}
