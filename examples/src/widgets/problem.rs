//! Error responses: `{"detail": ".."}`, like those of the guards.

use actix_web::{
    HttpRequest, HttpResponse, ResponseError,
    error::{JsonPayloadError, PathError},
    http::{StatusCode, header},
};
use serde_json::json;

use crate::DatabaseError;

/// An error of the API.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    #[error("Not found.")]
    NotFound,
    #[error("Method not allowed.")]
    MethodNotAllowed { allow: &'static str },
    #[error("{0}")]
    Body(JsonPayloadError),
    #[error("Widgets are temporarily unavailable.")]
    Store(#[from] DatabaseError),
}

impl Problem {
    pub(crate) fn from_body(error: JsonPayloadError, _: &HttpRequest) -> actix_web::Error {
        Self::Body(error).into()
    }

    /// Treats an ID that is not a number like that of an unknown widget.
    pub(crate) fn from_path(_: PathError, _: &HttpRequest) -> actix_web::Error {
        Self::NotFound.into()
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::Body(error) => error.status_code(),
            Self::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        if let Self::MethodNotAllowed { allow } = self {
            response.insert_header((header::ALLOW, *allow));
        }
        if let Self::Store(error) = self {
            tracing::error!(%error, "the database is unavailable");
        }
        response.json(json!({ "detail": self.to_string() }))
    }
}
