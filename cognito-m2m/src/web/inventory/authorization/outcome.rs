use std::fmt;

use actix_web::http::StatusCode;

use crate::error::Refusal;
use crate::web::inventory::app::Answer;
use crate::web::request::{PublicMark, Refuser};

/// The result of a request.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    /// The crate did not refuse the request.
    Admitted {
        /// `None` if the handler panicked or did not answer in time.
        status: Option<StatusCode>,
    },
    Refused {
        refusal: Refusal,
        refuser: Refuser,
        /// `true` if the handler is marked `#[public]`.
        is_public: bool,
    },
}

impl Outcome {
    pub(super) fn of(answer: &Answer) -> Self {
        let mark = answer.recording.public.get();
        match answer.recording.refusal.borrow().clone() {
            Some((refusal, refuser)) => Self::Refused {
                refusal,
                refuser,
                is_public: matches!(mark, Some(PublicMark::Handler(_))),
            },
            None => Self::Admitted {
                status: answer.status,
            },
        }
    }

    /// Returns `true` if the request was refused with one of these statuses. A custom response may have
    /// another one.
    pub(super) fn is_refused_with(&self, statuses: &[StatusCode]) -> bool {
        match self {
            Self::Refused { refusal, .. } => statuses.contains(&refusal.status_code()),
            Self::Admitted { .. } => false,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (refusal, refuser) = match self {
            Self::Admitted {
                status: Some(status),
            } => return write!(f, "was admitted, with status {}", status.as_u16()),
            Self::Admitted { status: None } => {
                return f.write_str("was admitted, and the handler panicked or did not answer");
            }
            Self::Refused {
                refusal, refuser, ..
            } => (refusal, refuser),
        };
        let status = refusal.status_code().as_u16();
        write!(f, "was refused with {status} by ")?;
        match refuser {
            Refuser::Authentication => f.write_str("the middleware or an extractor")?,
            Refuser::Attribute(layer) => {
                write!(f, "the attribute at {}:{}", layer.file, layer.line)?;
            }
            Refuser::Wrap => f.write_str("a policy around the route")?,
            Refuser::Handler => f.write_str("the handler")?,
        }
        write!(f, " ({refusal})")
    }
}
