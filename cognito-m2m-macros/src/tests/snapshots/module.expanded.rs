#[cfg(feature = "widgets")]
#[doc(hidden)]
#[allow(non_upper_case_globals)]
const __cognito_m2m_1_widgets_0: ::cognito_m2m::__private::Policy = ::cognito_m2m::__private::Policy::scope_rule({
    #[allow(unused_imports)]
    use ::cognito_m2m::__private::OtherConstant as _;
    ::cognito_m2m::__private::ScopeConstant(const { &scopes::READ }).scope_rule()
});
#[cfg(feature = "widgets")]
#[doc(hidden)]
#[allow(non_upper_case_globals)]
const __cognito_m2m_1_widgets_error: ::cognito_m2m::__private::RefusalFn = refusals::not_found;
#[cfg(feature = "widgets")]
pub mod widgets {
    #[doc(hidden)]
    #[allow(non_camel_case_types)]
    enum __cognito_m2m_list {}
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
            const REFUSAL: ::core::option::Option<::cognito_m2m::__private::RefusalFn> = ::core::option::Option::Some(
                super::__cognito_m2m_1_widgets_error,
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
                    policy: ::cognito_m2m::__private::allow_clients({
                        const __COGNITO_M2M_LIST: &[::cognito_m2m::__private::ClientSelector] = &[
                            ::cognito_m2m::__private::client("7k2m9f3qexample"),
                        ];
                        __COGNITO_M2M_LIST
                    }),
                    handler: ::core::concat!(::core::module_path!(), "::", "list"),
                    file: ::core::file!(),
                    line: ::core::line!(),
                    report_only: false,
                    routes: &[("GET", "/widgets")],
                },
            );
        }
        ::cognito_m2m::__private::inventory::submit! {
            ::cognito_m2m::__private::GuardedHandler(< ::cognito_m2m::__private::Both <
            __cognito_m2m_list, __cognito_m2m_2_list > as
            ::cognito_m2m::__private::RoutePolicy > ::LAYERS)
        }
    };
    #[get("/widgets")]
    async fn list(
        _: ::cognito_m2m::__private::Guard<
            ::cognito_m2m::__private::Both<__cognito_m2m_list, __cognito_m2m_2_list>,
        >,
    ) -> impl Responder {
        described()
    }
    #[cfg_attr(any(), __cognito_m2m_exempt)]
    async fn load() -> Vec<Widget> {
        Vec::new()
    }
    async fn health(
        _: ::cognito_m2m::__private::Public<
            {
                ::cognito_m2m::__private::place(
                    ::core::concat!(::core::module_path!(), "::", "health"),
                    ::core::line!(),
                    ::core::column!(),
                )
            },
        >,
    ) -> impl Responder {
        const _: () = {
            ::cognito_m2m::__private::inventory::submit! {
                ::cognito_m2m::__private::PublicHandler { handler :
                ::core::concat!(::core::module_path!(), "::", "health"), file :
                ::core::file!(), line : ::core::line!(), reason :
                ::cognito_m2m::PublicRoutes::because("the load balancer has no token")
                .reason(), routes : & [], place :
                ::cognito_m2m::__private::place(::core::concat!(::core::module_path!(),
                "::", "health"), ::core::line!(), ::core::column!()), }
            }
        };
        HttpResponse::Ok()
    }
    fn described() -> &'static str {
        "widgets"
    }
    const _: () = {
        fn __cognito_m2m_check() {
            fn __cognito_m2m_returned<R>(
                _: fn() -> R,
            ) -> ::core::marker::PhantomData<fn() -> R> {
                ::core::marker::PhantomData
            }
            ::cognito_m2m::__private::plain_function::check(
                __cognito_m2m_returned(described),
            );
        }
    };
}
