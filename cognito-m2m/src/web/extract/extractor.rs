use std::marker::PhantomData;

use actix_web::FromRequest;

/// The types of a handler's arguments.
///
/// Attributes require it of each argument ([`Argument`]), so that rustc reports the argument that is no
/// extractor. Actix's own error only reports that the function is not a handler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an extractor, so it can't be an argument of a handler",
    label = "`FromRequest` is not implemented for this type",
    note = "extractors are types such as `web::Path<_>`, `web::Query<_>`, `web::Json<_>`, `web::Data<_>`, \
            `HttpRequest` and `ServicePrincipal`",
    note = "if an attribute on the module guards a function that is not a handler, mark the function \
            `#[helper]`"
)]
pub trait Extractor {}

// Without this attribute, rustc would report that `FromRequest` is not implemented.
#[diagnostic::do_not_recommend]
impl<T: FromRequest> Extractor for T {}

/// A type that exists only for arguments that are extractors.
pub struct Argument<T: Extractor>(PhantomData<T>);
