#[doc(hidden)]
#[allow(non_camel_case_types)]
pub(crate) enum __cognito_m2m_list {}
const _: () = {
    #[automatically_derived]
    impl crate::auth::__private::RoutePolicy for __cognito_m2m_list {
        const LAYERS: &'static crate::auth::__private::Layers = &crate::auth::__private::Layers::One(
            &crate::auth::__private::Layer {
                policy: crate::auth::__private::Policy::scope_rule(
                    crate::auth::__private::default_match({
                        const __COGNITO_M2M_LIST: &[crate::auth::__private::ScopeRule] = &[
                            crate::auth::__private::scope("widgets/read"),
                            crate::auth::__private::scope("sales/read"),
                        ];
                        __COGNITO_M2M_LIST
                    }),
                ),
                handler: ::core::concat!(::core::module_path!(), "::", "list"),
                file: ::core::file!(),
                line: ::core::line!(),
                report_only: false,
                routes: &[],
            },
        );
        const REFUSAL: ::core::option::Option<crate::auth::__private::RefusalFn> = ::core::option::Option::Some(
            refusals::not_found,
        );
    }
    crate::auth::__private::inventory::submit! {
        crate ::auth::__private::GuardedHandler(< __cognito_m2m_list as crate
        ::auth::__private::RoutePolicy > ::LAYERS)
    }
};
pub(crate) async fn list(
    _: crate::auth::__private::Guard<__cognito_m2m_list>,
) -> impl Responder {
    HttpResponse::Ok()
}
