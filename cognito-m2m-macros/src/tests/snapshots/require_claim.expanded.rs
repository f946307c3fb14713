#[doc(hidden)]
#[allow(non_camel_case_types)]
enum __cognito_m2m_reports {}
const _: () = {
    #[automatically_derived]
    impl ::cognito_m2m::__private::RoutePolicy for __cognito_m2m_reports {
        const LAYERS: &'static ::cognito_m2m::__private::Layers = &::cognito_m2m::__private::Layers::One(
            &::cognito_m2m::__private::Layer {
                policy: ::cognito_m2m::__private::claims({
                    const __COGNITO_M2M_LIST: &[::cognito_m2m::__private::ClaimRule] = &[
                        ::cognito_m2m::__private::ClaimRule::equals_path(
                            ::cognito_m2m::__private::claim_name("tenant"),
                            ::cognito_m2m::__private::parameter_name("tenant_id"),
                        ),
                        ::cognito_m2m::__private::ClaimRule::one_of(
                            ::cognito_m2m::__private::claim_name("environment"),
                            {
                                const __COGNITO_M2M_LIST: &[::cognito_m2m::__private::ClaimValue] = &[
                                    ::cognito_m2m::__private::ClaimValue::string("prod"),
                                    ::cognito_m2m::__private::ClaimConstant::new(names::STAGING)
                                        .value(),
                                ];
                                __COGNITO_M2M_LIST
                            },
                        ),
                        ::cognito_m2m::__private::ClaimRule::one_of(
                            ::cognito_m2m::__private::claim_name(names::INTERNAL),
                            {
                                const __COGNITO_M2M_LIST: &[::cognito_m2m::__private::ClaimValue] = &[
                                    ::cognito_m2m::__private::ClaimValue::boolean(true),
                                ];
                                __COGNITO_M2M_LIST
                            },
                        ),
                        ::cognito_m2m::__private::ClaimRule::one_of(
                            ::cognito_m2m::__private::claim_name("level"),
                            {
                                const __COGNITO_M2M_LIST: &[::cognito_m2m::__private::ClaimValue] = &[
                                    ::cognito_m2m::__private::ClaimValue::integer(-1i64),
                                    ::cognito_m2m::__private::ClaimValue::integer(16i64),
                                    ::cognito_m2m::__private::ClaimValue::unsigned_integer(
                                        18446744073709551615,
                                    ),
                                ];
                                __COGNITO_M2M_LIST
                            },
                        ),
                    ];
                    __COGNITO_M2M_LIST
                }),
                handler: ::core::concat!(::core::module_path!(), "::", "reports"),
                file: ::core::file!(),
                line: ::core::line!(),
                report_only: false,
                routes: &[("GET", "/tenants/{tenant_id}/reports")],
            },
        );
        const REFUSAL: ::core::option::Option<::cognito_m2m::__private::RefusalFn> = ::core::option::Option::Some(
            not_found,
        );
    }
    ::cognito_m2m::__private::inventory::submit! {
        ::cognito_m2m::__private::GuardedHandler(< __cognito_m2m_reports as
        ::cognito_m2m::__private::RoutePolicy > ::LAYERS)
    }
};
#[get("/tenants/{tenant_id}/reports")]
async fn reports(
    _: ::cognito_m2m::__private::Guard<__cognito_m2m_reports>,
) -> impl Responder {
    HttpResponse::Ok()
}
#[doc(hidden)]
#[allow(non_upper_case_globals)]
const __cognito_m2m_1_widgets_0: ::cognito_m2m::__private::Policy = ::cognito_m2m::__private::Policy::claim_rule(
    ::cognito_m2m::__private::ClaimRule::equals_path(
        ::cognito_m2m::__private::claim_name("tenant"),
        ::cognito_m2m::__private::parameter_name(names::TENANT),
    ),
);
mod widgets {
    #[doc(hidden)]
    #[allow(non_camel_case_types)]
    pub enum __cognito_m2m_list {}
    const _: () = {
        #[automatically_derived]
        impl ::cognito_m2m::__private::RoutePolicy for __cognito_m2m_list {
            const LAYERS: &'static ::cognito_m2m::__private::Layers = &::cognito_m2m::__private::Layers::One(
                &::cognito_m2m::__private::Layer {
                    policy: super::__cognito_m2m_1_widgets_0,
                    handler: ::core::concat!(::core::module_path!(), "::", "list"),
                    file: ::core::file!(),
                    line: ::core::line!(),
                    report_only: false,
                    routes: &[("GET", "/widgets")],
                },
            );
        }
        ::cognito_m2m::__private::inventory::submit! {
            ::cognito_m2m::__private::GuardedHandler(< __cognito_m2m_list as
            ::cognito_m2m::__private::RoutePolicy > ::LAYERS)
        }
    };
    #[get("/widgets")]
    pub async fn list(
        _: ::cognito_m2m::__private::Guard<__cognito_m2m_list>,
    ) -> impl Responder {
        HttpResponse::Ok()
    }
}
