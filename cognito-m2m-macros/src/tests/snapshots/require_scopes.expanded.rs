#[doc(hidden)]
#[allow(non_camel_case_types)]
pub enum __cognito_m2m_show {}
const _: () = {
    #[automatically_derived]
    impl ::cognito_m2m::__private::RoutePolicy for __cognito_m2m_show {
        const LAYERS: &'static ::cognito_m2m::__private::Layers = &::cognito_m2m::__private::Layers::One(
            &::cognito_m2m::__private::Layer {
                policy: ::cognito_m2m::__private::Policy::scope_rule({
                    #[allow(unused_imports)]
                    use ::cognito_m2m::__private::OtherConstant as _;
                    ::cognito_m2m::__private::ScopeConstant(const { &scopes::READ })
                        .scope_rule()
                }),
                handler: ::core::concat!(::core::module_path!(), "::", "show"),
                file: ::core::file!(),
                line: ::core::line!(),
                report_only: false,
                routes: &[("GET", "/widgets/{id}")],
            },
        );
    }
    ::cognito_m2m::__private::inventory::submit! {
        ::cognito_m2m::__private::GuardedHandler(< __cognito_m2m_show as
        ::cognito_m2m::__private::RoutePolicy > ::LAYERS)
    }
};
#[get("/widgets/{id}")]
pub async fn show<S>(
    _: ::cognito_m2m::__private::Guard<__cognito_m2m_show>,
    store: Data<S>,
    id: Path<u64>,
) -> Result<Json<Widget>, S::Error>
where
    S: Store,
{
    store.load(*id).await
}
