//! Handlers that paperclip documents, with and without guards.

mod handlers;

use actix_web::{Error, HttpRequest, HttpResponse, Responder};
use cognito_m2m::{
    MappedUser, OptionalPrincipal, RequestUser, ServicePrincipal, require_authentication,
    require_scopes,
};
use cognito_m2m_generators_support::{SCOPE, User};
use paperclip::actix::{Apiv2Schema, api_v2_operation, web};
use serde::{Deserialize, Serialize};

use crate::handlers::{handlers, sixteen};

/// The body of requests and responses.
#[derive(Deserialize, Serialize, Apiv2Schema)]
pub struct Widget {
    /// The name of the widget.
    pub name: String,
}

/// The query of a list.
#[derive(Deserialize, Apiv2Schema)]
pub struct Page {
    /// The number of the page.
    pub page: Option<u32>,
}

/// The path of a widget.
#[derive(Deserialize, Apiv2Schema)]
pub struct Id {
    /// The ID of the widget.
    pub id: u32,
}

fn answer(
    principal: &ServicePrincipal,
    user: &User,
    id: &Id,
    page: &Page,
    widget: web::Json<Widget>,
) -> Result<web::Json<Widget>, Error> {
    let Widget { name } = widget.into_inner();
    let client = principal.client_id();
    let page = page.page.unwrap_or_default();
    let name = format!(
        "{name} {} of {} and {client} on page {page}",
        id.id, user.name
    );
    Ok(web::Json(Widget { name }))
}

handlers!(bare: [], []);
handlers!(above: [#[require_scopes(SCOPE)]], []);
handlers!(below: [], [#[require_scopes(SCOPE)]]);
handlers!(stacked: [#[require_authentication]], [#[require_scopes(SCOPE)]]);
handlers!(stacked_below: [], [#[require_authentication] #[require_scopes(SCOPE)]]);
handlers!(#[require_scopes(SCOPE)] guarded: [], []);
handlers!(
    #[require_scopes(SCOPE)] guarded_and_stacked:
    [#[require_authentication]], [#[require_authentication]]
);

sixteen!(sixteen_bare: [], []);
sixteen!(sixteen_below: [], [#[require_scopes(SCOPE)]]);
