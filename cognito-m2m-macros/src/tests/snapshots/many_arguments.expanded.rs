#[doc(hidden)]
#[allow(non_camel_case_types)]
enum __cognito_m2m_seven {}
const _: () = {
    impl __cognito_m2m_seven {
        const LAYER: &'static ::cognito_m2m::__private::Layer = &::cognito_m2m::__private::Layer {
            policy: ::cognito_m2m::__private::Policy::authenticated(),
            handler: ::core::concat!(::core::module_path!(), "::", "seven"),
            file: ::core::file!(),
            line: ::core::line!(),
        };
    }
    #[automatically_derived]
    impl ::cognito_m2m::__private::RoutePolicy for __cognito_m2m_seven {
        const LAYERS: &'static ::cognito_m2m::__private::Layers = &::cognito_m2m::__private::Layers::One(
            Self::LAYER,
        );
    }
    ::cognito_m2m::__private::inventory::submit! {
        ::cognito_m2m::__private::GuardedHandler(__cognito_m2m_seven::LAYER)
    }
};
async fn seven(
    (
        _,
        Json(mut order),
    ): (::cognito_m2m::__private::Guard<__cognito_m2m_seven>, Json<Order>),
    a: Data<A>,
    b: Data<B>,
    c: Data<C>,
    d: Data<D>,
    e: Data<E>,
    f: Data<F>,
) -> impl Responder {
    HttpResponse::Ok()
}
