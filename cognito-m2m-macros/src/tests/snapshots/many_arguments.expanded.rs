#[doc(hidden)]
#[allow(non_camel_case_types)]
enum __cognito_m2m_seven {}
const _: () = {
    #[automatically_derived]
    impl ::cognito_m2m::__private::RoutePolicy for __cognito_m2m_seven {
        const LAYERS: &'static ::cognito_m2m::__private::Layers = &::cognito_m2m::__private::Layers::One(
            &::cognito_m2m::__private::Layer {
                policy: ::cognito_m2m::__private::Policy::authenticated(),
                handler: ::core::concat!(::core::module_path!(), "::", "seven"),
                file: ::core::file!(),
                line: ::core::line!(),
                report_only: false,
                routes: &[],
            },
        );
    }
    struct __CognitoM2mArguments {
        _0: ::cognito_m2m::__private::Argument<Json<Order>>,
        _1: ::cognito_m2m::__private::Argument<Data<A>>,
        _2: ::cognito_m2m::__private::Argument<Data<B>>,
        _3: ::cognito_m2m::__private::Argument<Data<C>>,
        _4: ::cognito_m2m::__private::Argument<Data<D>>,
        _5: ::cognito_m2m::__private::Argument<Data<E>>,
        _6: ::cognito_m2m::__private::Argument<Data<F>>,
    }
    ::cognito_m2m::__private::inventory::submit! {
        ::cognito_m2m::__private::GuardedHandler(< __cognito_m2m_seven as
        ::cognito_m2m::__private::RoutePolicy > ::LAYERS)
    }
};
#[allow(clippy::too_many_arguments)]
async fn seven(
    _: ::cognito_m2m::__private::Guard<__cognito_m2m_seven>,
    Json(mut order): Json<Order>,
    a: Data<A>,
    b: Data<B>,
    c: Data<C>,
    d: Data<D>,
    e: Data<E>,
    f: Data<F>,
) -> impl Responder {
    HttpResponse::Ok()
}
#[doc(hidden)]
#[allow(non_camel_case_types)]
enum __cognito_m2m_sixteen {}
const _: () = {
    #[automatically_derived]
    impl ::cognito_m2m::__private::RoutePolicy for __cognito_m2m_sixteen {
        const LAYERS: &'static ::cognito_m2m::__private::Layers = &::cognito_m2m::__private::Layers::One(
            &::cognito_m2m::__private::Layer {
                policy: ::cognito_m2m::__private::Policy::authenticated(),
                handler: ::core::concat!(::core::module_path!(), "::", "sixteen"),
                file: ::core::file!(),
                line: ::core::line!(),
                report_only: false,
                routes: &[],
            },
        );
    }
    struct __CognitoM2mArguments {
        _0: ::cognito_m2m::__private::Argument<Json<Order>>,
        _1: ::cognito_m2m::__private::Argument<A>,
        _2: ::cognito_m2m::__private::Argument<B>,
        _3: ::cognito_m2m::__private::Argument<C>,
        _4: ::cognito_m2m::__private::Argument<D>,
        _5: ::cognito_m2m::__private::Argument<E>,
        _6: ::cognito_m2m::__private::Argument<F>,
        _7: ::cognito_m2m::__private::Argument<G>,
        _8: ::cognito_m2m::__private::Argument<H>,
        _9: ::cognito_m2m::__private::Argument<I>,
        _10: ::cognito_m2m::__private::Argument<J>,
        _11: ::cognito_m2m::__private::Argument<K>,
        _12: ::cognito_m2m::__private::Argument<L>,
        _13: ::cognito_m2m::__private::Argument<M>,
        _14: ::cognito_m2m::__private::Argument<N>,
        _15: ::cognito_m2m::__private::Argument<O>,
    }
    ::cognito_m2m::__private::inventory::submit! {
        ::cognito_m2m::__private::GuardedHandler(< __cognito_m2m_sixteen as
        ::cognito_m2m::__private::RoutePolicy > ::LAYERS)
    }
};
#[allow(clippy::too_many_arguments)]
async fn sixteen(
    (
        _,
        Json(mut order),
    ): (::cognito_m2m::__private::Guard<__cognito_m2m_sixteen>, Json<Order>),
    a: A,
    b: B,
    c: C,
    d: D,
    e: E,
    f: F,
    g: G,
    h: H,
    i: I,
    j: J,
    k: K,
    l: L,
    m: M,
    n: N,
    o: O,
) -> impl Responder {
    HttpResponse::Ok()
}
