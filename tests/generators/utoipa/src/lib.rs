//! Handlers that utoipa documents, with and without guards.

mod handlers;

use actix_web::{HttpRequest, HttpResponse, Responder, post, web};
use cognito_m2m::{
    MappedUser, OptionalPrincipal, RequestUser, ServicePrincipal, require_authentication,
    require_scopes,
};
use cognito_m2m_generators_support::{SCOPE, User};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

use crate::handlers::{handlers, sixteen};

/// The body of requests and responses.
#[derive(Deserialize, Serialize, ToSchema)]
pub struct Widget {
    /// The name of the widget.
    pub name: String,
}

/// The query of a list.
#[derive(Deserialize, IntoParams)]
pub struct Page {
    /// The number of the page.
    pub page: Option<u32>,
}

fn answer(
    principal: &ServicePrincipal,
    user: &User,
    id: u32,
    page: &Page,
    widget: web::Json<Widget>,
) -> web::Json<Widget> {
    let Widget { name } = widget.into_inner();
    let client = principal.client_id();
    let page = page.page.unwrap_or_default();
    let name = format!("{name} {id} of {} and {client} on page {page}", user.name);
    web::Json(Widget { name })
}

handlers!(bare: [], [], []);
handlers!(above: [#[require_scopes(SCOPE)]], [], []);
handlers!(between: [], [#[require_scopes(SCOPE)]], []);
handlers!(below: [], [], [#[require_scopes(SCOPE)]]);
handlers!(
    stacked:
    [#[require_authentication]], [#[require_scopes(SCOPE)]], [#[require_authentication]]
);
handlers!(#[require_scopes(SCOPE)] guarded: [], [], []);
handlers!(
    #[require_scopes(SCOPE)] guarded_and_stacked:
    [#[require_authentication]], [], [#[require_authentication]]
);

sixteen!(sixteen_bare: [], [], []);
sixteen!(sixteen_between: [], [#[require_scopes(SCOPE)]], []);
sixteen!(sixteen_below: [], [], [#[require_scopes(SCOPE)]]);
