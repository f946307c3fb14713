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
                report_only: true,
                routes: &[],
            },
        );
    }
    ::cognito_m2m::__private::inventory::submit! {
        ::cognito_m2m::__private::GuardedHandler(< __cognito_m2m_list as
        ::cognito_m2m::__private::RoutePolicy > ::LAYERS)
    }
};
async fn list(_: ::cognito_m2m::__private::Guard<__cognito_m2m_list>) -> impl Responder {
    "widgets"
}
mod reports {
    #[doc(hidden)]
    #[allow(non_camel_case_types)]
    enum __cognito_m2m_list {}
    const _: () = {
        #[automatically_derived]
        impl ::cognito_m2m::__private::RoutePolicy for __cognito_m2m_list {
            const LAYERS: &'static ::cognito_m2m::__private::Layers = &::cognito_m2m::__private::Layers::One(
                &::cognito_m2m::__private::Layer {
                    policy: ::cognito_m2m::__private::allow_clients({
                        const __COGNITO_M2M_LIST: &[::cognito_m2m::__private::ClientSelector] = &[
                            ::cognito_m2m::__private::group("reporting"),
                        ];
                        __COGNITO_M2M_LIST
                    }),
                    handler: ::core::concat!(::core::module_path!(), "::", "list"),
                    file: ::core::file!(),
                    line: ::core::line!(),
                    report_only: true,
                    routes: &[],
                },
            );
        }
        ::cognito_m2m::__private::inventory::submit! {
            ::cognito_m2m::__private::GuardedHandler(< __cognito_m2m_list as
            ::cognito_m2m::__private::RoutePolicy > ::LAYERS)
        }
    };
    #[doc(hidden)]
    #[allow(non_camel_case_types)]
    enum __cognito_m2m_2_list {}
    const _: () = {
        #[automatically_derived]
        impl ::cognito_m2m::__private::RoutePolicy for __cognito_m2m_2_list {
            const LAYERS: &'static ::cognito_m2m::__private::Layers = &::cognito_m2m::__private::Layers::One(
                &::cognito_m2m::__private::Layer {
                    policy: ::cognito_m2m::__private::Policy::scope_rule(
                        ::cognito_m2m::__private::scope("reports/read"),
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
            ::cognito_m2m::__private::GuardedHandler(< ::cognito_m2m::__private::Both <
            __cognito_m2m_list, __cognito_m2m_2_list > as
            ::cognito_m2m::__private::RoutePolicy > ::LAYERS)
        }
    };
    async fn list(
        _: ::cognito_m2m::__private::Guard<
            ::cognito_m2m::__private::Both<__cognito_m2m_list, __cognito_m2m_2_list>,
        >,
    ) -> impl Responder {
        "reports"
    }
}
