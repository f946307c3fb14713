//! The same handlers for each position of the guards.

/// Defines a module of handlers, with attributes above and below `#[api_operation]`.
macro_rules! handlers {
    ($(#[$guard:meta])* $name:ident: [$($above:tt)*], [$($below:tt)*]) => {
        $(#[$guard])*
        pub mod $name {
            use super::*;

            pub mod api {
                use super::*;

                /// Returns nothing.
                $($above)*
                #[api_operation]
                $($below)*
                pub async fn zero() -> impl Responder {
                    HttpResponse::Ok()
                }

                /// Returns the caller.
                $($above)*
                #[api_operation(tag = "callers")]
                $($below)*
                pub async fn one(principal: ServicePrincipal) -> Result<web::Json<Widget>, Error> {
                    let name = principal.client_id().to_string();
                    Ok(web::Json(Widget { name }))
                }

                /// Creates a widget.
                ///
                /// For the user of the caller.
                $($above)*
                #[api_operation]
                $($below)*
                pub async fn seven(
                    principal: ServicePrincipal,
                    user: MappedUser<User>,
                    _optional: OptionalPrincipal,
                    id: web::Path<Id>,
                    page: web::Query<Page>,
                    body: web::Json<Widget>,
                    _request: HttpRequest,
                ) -> Result<web::Json<Widget>, Error> {
                    answer(&principal, &user, &id, &page, body)
                }

                /// Creates a widget.
                $($above)*
                #[api_operation]
                $($below)*
                #[allow(clippy::too_many_arguments)]
                pub async fn fifteen(
                    id: web::Path<Id>,
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
                ) -> Result<web::Json<Widget>, Error> {
                    answer(&principal, &user, &id, &page, body)
                }
            }
        }
    };
}

/// Defines a handler with 16 arguments, the most that Actix accepts.
macro_rules! sixteen {
    ($name:ident: [$($above:tt)*], [$($below:tt)*]) => {
        pub mod $name {
            use super::*;

            /// Creates a widget.
            $($above)*
            #[api_operation]
            $($below)*
            #[allow(clippy::too_many_arguments)]
            pub async fn sixteen(
                id: web::Path<Id>,
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
            ) -> Result<web::Json<Widget>, Error> {
                answer(&principal, &user, &id, &page, body)
            }
        }
    };
}

pub(crate) use {handlers, sixteen};
