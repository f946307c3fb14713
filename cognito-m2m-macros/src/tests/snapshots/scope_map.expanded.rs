#[doc(hidden)]
#[allow(non_camel_case_types)]
enum __cognito_m2m_widgets {}
const _: () = {
    #[automatically_derived]
    impl ::cognito_m2m::__private::RoutePolicy for __cognito_m2m_widgets {
        const LAYERS: &'static ::cognito_m2m::__private::Layers = &::cognito_m2m::__private::Layers::One(
            &::cognito_m2m::__private::Layer {
                policy: ::cognito_m2m::__private::scope_map({
                    const __COGNITO_M2M_LIST: &[::cognito_m2m::__private::MethodRule] = &[
                        (
                            ::cognito_m2m::__private::method("GET"),
                            ::cognito_m2m::__private::scope("widgets/read"),
                        ),
                        (
                            ::cognito_m2m::__private::method("POST"),
                            ::cognito_m2m::__private::any({
                                const __COGNITO_M2M_LIST: &[::cognito_m2m::__private::ScopeRule] = &[
                                    ::cognito_m2m::__private::scope("widgets/write"),
                                    ::cognito_m2m::__private::scope("widgets/admin"),
                                ];
                                __COGNITO_M2M_LIST
                            }),
                        ),
                    ];
                    __COGNITO_M2M_LIST
                }),
                handler: ::core::concat!(::core::module_path!(), "::", "widgets"),
                file: ::core::file!(),
                line: ::core::line!(),
                report_only: false,
                routes: &[
                    ("GET", "/widgets"),
                    ("HEAD", "/widgets"),
                    ("POST", "/widgets"),
                ],
            },
        );
    }
    ::cognito_m2m::__private::inventory::submit! {
        ::cognito_m2m::__private::GuardedHandler(< __cognito_m2m_widgets as
        ::cognito_m2m::__private::RoutePolicy > ::LAYERS)
    }
};
#[route("/widgets", method = "GET", method = "HEAD", method = "POST")]
async fn widgets(
    _: ::cognito_m2m::__private::Guard<__cognito_m2m_widgets>,
) -> impl Responder {
    HttpResponse::Ok()
}
