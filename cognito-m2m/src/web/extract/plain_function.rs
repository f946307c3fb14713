//! The check that a plain function of a guarded module returns nothing that Actix calls or awaits.

use std::future::Future;
use std::marker::PhantomData;

use actix_web::Handler;

/// A trait that futures and handlers implement more than once, so rustc can't choose an implementation
/// (E0283). The error contains the names in this file.
pub trait PlainFunctionsHereMustNotReturnAFuture<Kind> {}

/// The implementation for every type.
pub enum AnyType {}

/// The implementation for futures.
pub enum MakeItAnAsyncFnOrMarkItHelper {}

/// The implementation for functions and closures that Actix accepts as handlers.
pub struct MakeTheHandlerAnAsyncFnOrMarkTheFunctionHelper<Args>(PhantomData<Args>);

impl<R> PlainFunctionsHereMustNotReturnAFuture<AnyType> for R {}

impl<R: Future> PlainFunctionsHereMustNotReturnAFuture<MakeItAnAsyncFnOrMarkItHelper> for R {}

impl<R: Handler<Args>, Args>
    PlainFunctionsHereMustNotReturnAFuture<MakeTheHandlerAnAsyncFnOrMarkTheFunctionHelper<Args>>
    for R
{
}

/// Accepts the return type of a plain function.
pub const fn check<R, Kind>(_: PhantomData<fn() -> R>)
where
    R: PlainFunctionsHereMustNotReturnAFuture<Kind>,
{
}
