#[doc(hidden)]
#[allow(non_upper_case_globals)]
const __cognito_m2m_1_widgets_1: ::cognito_m2m::__private::Policy = ::cognito_m2m::__private::Policy::scope_rule({
    #[allow(unused_imports)]
    use ::cognito_m2m::__private::OtherConstant as _;
    ::cognito_m2m::__private::ScopeConstant(const { &scopes::ADMIN }).scope_rule()
});
mod widgets {
    #[doc(hidden)]
    #[allow(non_camel_case_types)]
    enum __cognito_m2m_list {}
    const _: () = {
        #[automatically_derived]
        impl ::cognito_m2m::__private::RoutePolicy for __cognito_m2m_list {
            const LAYERS: &'static ::cognito_m2m::__private::Layers = &::cognito_m2m::__private::Layers::One(
                &::cognito_m2m::__private::Layer {
                    policy: ::cognito_m2m::__private::Policy::scope_rule(
                        ::cognito_m2m::__private::scope("widgets/read"),
                    ),
                    handler: ::core::concat!(::core::module_path!(), "::", "list"),
                    file: ::core::file!(),
                    line: ::core::line!(),
                    report_only: false,
                    routes: &[],
                },
            );
        }
        ::cognito_m2m::__private::inventory::submit! {
            ::cognito_m2m::__private::GuardedHandler(< __cognito_m2m_list as
            ::cognito_m2m::__private::RoutePolicy > ::LAYERS)
        }
    };
    async fn list(
        _: ::cognito_m2m::__private::Guard<__cognito_m2m_list>,
    ) -> impl Responder {
        HttpResponse::Ok()
    }
    mod admin {
        #[doc(hidden)]
        #[allow(non_camel_case_types)]
        enum __cognito_m2m_erase {}
        const _: () = {
            #[automatically_derived]
            impl ::cognito_m2m::__private::RoutePolicy for __cognito_m2m_erase {
                const LAYERS: &'static ::cognito_m2m::__private::Layers = &::cognito_m2m::__private::Layers::One(
                    &::cognito_m2m::__private::Layer {
                        policy: super::super::__cognito_m2m_1_widgets_1,
                        handler: ::core::concat!(::core::module_path!(), "::", "erase"),
                        file: ::core::file!(),
                        line: ::core::line!(),
                        report_only: false,
                        routes: &[],
                    },
                );
            }
            ::cognito_m2m::__private::inventory::submit! {
                ::cognito_m2m::__private::GuardedHandler(< __cognito_m2m_erase as
                ::cognito_m2m::__private::RoutePolicy > ::LAYERS)
            }
        };
        async fn erase(
            _: ::cognito_m2m::__private::Guard<__cognito_m2m_erase>,
        ) -> impl Responder {
            HttpResponse::Ok()
        }
    }
}
