#[doc(hidden)]
#[allow(non_camel_case_types)]
enum __cognito_m2m_reports {}
const _: () = {
    #[automatically_derived]
    impl ::cognito_m2m::__private::RoutePolicy for __cognito_m2m_reports {
        const LAYERS: &'static ::cognito_m2m::__private::Layers = &::cognito_m2m::__private::Layers::One(
            &::cognito_m2m::__private::Layer {
                policy: ::cognito_m2m::__private::allow_clients({
                    const __COGNITO_M2M_LIST: &[::cognito_m2m::__private::ClientSelector] = &[
                        ::cognito_m2m::__private::client("7k2m9f3qexample"),
                        ::cognito_m2m::__private::client(clients::SYNC),
                        ::cognito_m2m::__private::group("reporting"),
                    ];
                    __COGNITO_M2M_LIST
                }),
                handler: ::core::concat!(::core::module_path!(), "::", "reports"),
                file: ::core::file!(),
                line: ::core::line!(),
                report_only: false,
                routes: &[],
            },
        );
    }
    ::cognito_m2m::__private::inventory::submit! {
        ::cognito_m2m::__private::GuardedHandler(< __cognito_m2m_reports as
        ::cognito_m2m::__private::RoutePolicy > ::LAYERS)
    }
};
async fn reports(
    _: ::cognito_m2m::__private::Guard<__cognito_m2m_reports>,
) -> impl Responder {
    HttpResponse::Ok()
}
