use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CACHE_CONTROL, HeaderValue, RETRY_AFTER};
use serde::Serialize;

use crate::cutoff::{Cutoff, Record};

#[derive(Serialize)]
struct List {
    cutoffs: Vec<Record>,
}

#[derive(Serialize)]
struct Problem<'a> {
    detail: &'a str,
}

pub(super) fn list(cutoffs: &[Cutoff]) -> HttpResponse {
    let cutoffs = cutoffs.iter().map(Record::from).collect();
    json(StatusCode::OK, &List { cutoffs })
}

pub(super) fn one(cutoff: &Cutoff) -> HttpResponse {
    json(StatusCode::OK, &Record::from(cutoff))
}

pub(super) fn no_content() -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish()
}

pub(super) fn problem(status: StatusCode, detail: &str) -> HttpResponse {
    json(status, &Problem { detail })
}

pub(super) fn unavailable() -> HttpResponse {
    let detail = "The cut-offs are temporarily unavailable.";
    let mut response = problem(StatusCode::SERVICE_UNAVAILABLE, detail);
    let headers = response.headers_mut();
    headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

pub(super) fn method_not_allowed(allowed: &'static str) -> HttpResponse {
    let mut response = problem(StatusCode::METHOD_NOT_ALLOWED, "Method is not allowed.");
    let headers = response.headers_mut();
    headers.insert(ALLOW, HeaderValue::from_static(allowed));
    response
}

fn json(status: StatusCode, body: &impl Serialize) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(body)
}
