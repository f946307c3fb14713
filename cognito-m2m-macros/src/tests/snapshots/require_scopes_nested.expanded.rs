#[doc(hidden)]
#[allow(non_camel_case_types)]
enum __cognito_m2m_sell {}
const _: () = {
    #[automatically_derived]
    impl ::cognito_m2m::__private::RoutePolicy for __cognito_m2m_sell {
        const LAYERS: &'static ::cognito_m2m::__private::Layers = &::cognito_m2m::__private::Layers::One(
            &::cognito_m2m::__private::Layer {
                policy: ::cognito_m2m::__private::Policy::scope_rule(
                    ::cognito_m2m::__private::any({
                        const __COGNITO_M2M_LIST: &[::cognito_m2m::__private::ScopeRule] = &[
                            ::cognito_m2m::__private::scope("widgets/admin"),
                            ::cognito_m2m::__private::all({
                                const __COGNITO_M2M_LIST: &[::cognito_m2m::__private::ScopeRule] = &[
                                    ::cognito_m2m::__private::scope("widgets/write"),
                                    {
                                        #[allow(unused_imports)]
                                        use ::cognito_m2m::__private::OtherConstant as _;
                                        ::cognito_m2m::__private::ScopeConstant(const {
                                                &scopes::SALES
                                            })
                                            .scope_rule()
                                    },
                                ];
                                __COGNITO_M2M_LIST
                            }),
                        ];
                        __COGNITO_M2M_LIST
                    }),
                ),
                handler: ::core::concat!(::core::module_path!(), "::", "sell"),
                file: ::core::file!(),
                line: ::core::line!(),
                report_only: false,
                routes: &[],
            },
        );
    }
    ::cognito_m2m::__private::inventory::submit! {
        ::cognito_m2m::__private::GuardedHandler(< __cognito_m2m_sell as
        ::cognito_m2m::__private::RoutePolicy > ::LAYERS)
    }
};
async fn sell(_: ::cognito_m2m::__private::Guard<__cognito_m2m_sell>) -> impl Responder {
    HttpResponse::Ok()
}
