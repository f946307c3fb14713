//! The same handlers for each position of the guards.

/// Defines a module of handlers, with attributes above `#[utoipa::path]`, below it, and below the
/// attribute of the route.
macro_rules! handlers {
    (
        $(#[$guard:meta])* $name:ident:
        [$($above:tt)*], [$($between:tt)*], [$($below:tt)*]
    ) => {
        $(#[$guard])*
        pub mod $name {
            use super::*;

            pub mod api {
                use super::*;

                /// Returns nothing.
                $($above)*
                #[utoipa::path(responses((status = 200)))]
                $($between)*
                #[post("/zero")]
                $($below)*
                pub async fn zero() -> impl Responder {
                    HttpResponse::Ok()
                }

                /// Returns the caller.
                $($above)*
                #[utoipa::path(responses((status = 200, body = String)), tag = "callers")]
                $($between)*
                #[post("/one")]
                $($below)*
                pub async fn one(principal: ServicePrincipal) -> String {
                    principal.client_id().to_string()
                }

                /// Creates a widget.
                ///
                /// For the user of the caller.
                $($above)*
                #[utoipa::path(
                    params(Page), request_body = Widget, responses((status = 200, body = Widget))
                )]
                $($between)*
                #[post("/seven/{id}")]
                $($below)*
                pub async fn seven(
                    principal: ServicePrincipal,
                    user: MappedUser<User>,
                    _optional: OptionalPrincipal,
                    id: web::Path<u32>,
                    page: web::Query<Page>,
                    body: web::Json<Widget>,
                    _request: HttpRequest,
                ) -> web::Json<Widget> {
                    answer(&principal, &user, *id, &page, body)
                }

                /// Creates a widget.
                $($above)*
                #[utoipa::path(
                    params(Page), request_body = Widget, responses((status = 200, body = Widget))
                )]
                $($between)*
                #[post("/fifteen/{id}")]
                $($below)*
                #[allow(clippy::too_many_arguments)]
                pub async fn fifteen(
                    id: web::Path<u32>,
                    page: web::Query<Page>,
                    principal: ServicePrincipal,
                    user: MappedUser<User>,
                    _optional: OptionalPrincipal,
                    _caller: RequestUser<User>,
                    _h: HttpRequest,
                    _i: HttpRequest,
                    _j: HttpRequest,
                    _k: HttpRequest,
                    _l: HttpRequest,
                    _m: HttpRequest,
                    _n: HttpRequest,
                    _o: HttpRequest,
                    body: web::Json<Widget>,
                ) -> web::Json<Widget> {
                    answer(&principal, &user, *id, &page, body)
                }
            }

            #[derive(OpenApi)]
            #[openapi(paths(api::zero, api::one, api::seven, api::fifteen))]
            pub struct Document;
        }
    };
}

/// Defines the handlers with 16 arguments, the most that Actix accepts.
macro_rules! sixteen {
    ($name:ident: [$($above:tt)*], [$($between:tt)*], [$($below:tt)*]) => {
        pub mod $name {
            use super::*;

            pub mod api {
                use super::*;

                /// Creates a widget.
                $($above)*
                #[utoipa::path(
                    params(Page), request_body = Widget, responses((status = 200, body = Widget))
                )]
                $($between)*
                #[post("/sixteen/{id}")]
                $($below)*
                #[allow(clippy::too_many_arguments)]
                pub async fn sixteen(
                    id: web::Path<u32>,
                    page: web::Query<Page>,
                    principal: ServicePrincipal,
                    user: MappedUser<User>,
                    _optional: OptionalPrincipal,
                    _caller: RequestUser<User>,
                    _h: HttpRequest,
                    _i: HttpRequest,
                    _j: HttpRequest,
                    _k: HttpRequest,
                    _l: HttpRequest,
                    _m: HttpRequest,
                    _n: HttpRequest,
                    _o: HttpRequest,
                    _p: HttpRequest,
                    body: web::Json<Widget>,
                ) -> web::Json<Widget> {
                    answer(&principal, &user, *id, &page, body)
                }
            }

            #[derive(OpenApi)]
            #[openapi(paths(api::sixteen))]
            pub struct Document;
        }
    };
}

pub(crate) use {handlers, sixteen};
