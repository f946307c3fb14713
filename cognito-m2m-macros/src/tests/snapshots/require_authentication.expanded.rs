#[doc(hidden)]
#[allow(non_camel_case_types)]
enum __cognito_m2m_status {}
const _: () = {
    #[automatically_derived]
    impl ::cognito_m2m::__private::RoutePolicy for __cognito_m2m_status {
        const LAYERS: &'static ::cognito_m2m::__private::Layers = &::cognito_m2m::__private::Layers::One(
            &::cognito_m2m::__private::Layer {
                policy: ::cognito_m2m::__private::Policy::authenticated(),
                handler: ::core::concat!(::core::module_path!(), "::", "status"),
                file: ::core::file!(),
                line: ::core::line!(),
                report_only: false,
                routes: &[],
            },
        );
    }
    ::cognito_m2m::__private::inventory::submit! {
        ::cognito_m2m::__private::GuardedHandler(< __cognito_m2m_status as
        ::cognito_m2m::__private::RoutePolicy > ::LAYERS)
    }
};
async fn status(
    _: ::cognito_m2m::__private::Guard<__cognito_m2m_status>,
) -> impl Responder {
    HttpResponse::Ok()
}
