//! Ways to put a handler into a guarded module without its guard.
//!
//! UI tests check that rustc refuses the functions that the macro leaves to it.

use proc_macro2::TokenStream;

use crate::expand::expand;
use crate::kind::Kind;

/// What happens to the handler `open` of a module.
enum Outcome {
    Guarded,
    /// An error whose message contains this text.
    Refused(&'static str),
    /// The compiler is asked whether the function is a handler.
    AskedOfCompiler,
    /// The documentation of `#[require_authentication]` contains this text.
    Documented(&'static str),
    /// No handler.
    Unchanged,
}

use Outcome::{AskedOfCompiler, Documented, Guarded, Refused, Unchanged};

const ASYNC: &str = "can't guard `async` code";
const METHOD: &str = "with `self` by value";
const ASSOCIATED: &str = "can't guard an associated function";
const CALL: &str = "can't guard a macro call";
const FUTURE: &str = "a function that returns a future";
const NESTED: &str = "a function inside another item";
const CLOSURE: &str = "can't guard a closure";
const HIDDEN: &str = "a macro with the name of a well-known one";
const HANDLER_IMPL: &str = "a type that Actix accepts as a handler";

/// Each module with what happens to its handler.
const WAYS: &[(&str, Outcome)] = &[
    ("async fn open() {}", Guarded),
    ("pub(super) async fn open() {}", Guarded),
    ("async unsafe fn open() {}", Guarded),
    (r#"async extern "C" fn open() {}"#, Guarded),
    ("mod inner { pub(super) async fn open() {} }", Guarded),
    (r#"#[cfg(feature = "a")] async fn open() {}"#, Guarded),
    (
        r#"#[doc = "cfg_attr(any(), __cognito_m2m_exempt)"] async fn open() {}"#,
        Guarded,
    ),
    (
        r#"#[cfg_attr(any(), doc = "__cognito_m2m_exempt")] async fn open() {}"#,
        Guarded,
    ),
    (
        "#[cfg_attr(all(), __cognito_m2m_exempt)] async fn open() {}",
        Guarded,
    ),
    (
        "#[cfg_attr(any(), __cognito_m2m_exempt, inline)] async fn open() {}",
        Guarded,
    ),
    (
        "#[cfg_attr(any(), inline, __cognito_m2m_exempt)] async fn open() {}",
        Guarded,
    ),
    (
        "#[cfg_attr(any(), __cognito_m2m_exempt_not)] async fn open() {}",
        Guarded,
    ),
    (
        "#[cfg_attr(any(), a::__cognito_m2m_exempt)] async fn open() {}",
        Guarded,
    ),
    (
        "#[cfg_attr(any(), __cognito_m2m_exempt())] async fn open() {}",
        Guarded,
    ),
    (
        "#[cfg_attr(any(a), __cognito_m2m_exempt)] async fn open() {}",
        Guarded,
    ),
    (
        "/// `#[helper]` __cognito_m2m_exempt\n async fn open() {}",
        Guarded,
    ),
    ("#[test] async fn open() {}", Guarded),
    ("#[evil::test] async fn open() {}", Guarded),
    (
        "#[cfg(not(test))] mod tests { #[evil::test] async fn open() {} }",
        Guarded,
    ),
    (
        r#"#[cfg(any(test, feature = "a"))] mod tests { #[evil::test] async fn open() {} }"#,
        Guarded,
    ),
    ("impl Open { async fn open(self) {} }", Refused(METHOD)),
    (
        "impl Open { pub async fn open(mut self) {} }",
        Refused(METHOD),
    ),
    (
        "impl Open { async fn open(self: Self) {} }",
        Refused(METHOD),
    ),
    (
        "impl Open { async fn open(self: Box<Self>) {} }",
        Refused(METHOD),
    ),
    (
        "impl Open { async fn open(self: std::pin::Pin<Box<Self>>) {} }",
        Refused(METHOD),
    ),
    (
        "impl Open { async fn open(self: Open) {} }",
        Refused(METHOD),
    ),
    (
        "impl Opens for Open { async fn open(self) {} }",
        Refused(METHOD),
    ),
    (
        "impl Opens for HttpRequest { async fn open(self) {} }",
        Refused(METHOD),
    ),
    (
        "trait Opens: Sized { async fn open(self) {} }",
        Refused(METHOD),
    ),
    ("trait Opens { async fn open(self); }", Refused(METHOD)),
    (
        "impl<T> Opens for T { async fn open(self) {} }",
        Refused(METHOD),
    ),
    (
        "mod inner { impl Open { async fn open(self) {} } }",
        Refused(METHOD),
    ),
    ("impl Open { async fn open() {} }", Refused(ASSOCIATED)),
    ("trait Opens { async fn open() {} }", Refused(ASSOCIATED)),
    (
        "impl<T> Open<T> { fn open() -> impl Future<Output = ()> { later() } }",
        Refused(ASSOCIATED),
    ),
    (
        "impl<T> Open<T> { fn open(self) -> LocalBoxFuture<'static, ()> { later() } }",
        Refused(ASSOCIATED),
    ),
    (
        "type Answer = std::future::Ready<()>; impl<T> Open<T> { fn open() -> Answer { later() } }",
        Refused(ASSOCIATED),
    ),
    (
        "use std::future::Ready as Answer; impl<T> Open<T> { fn open() -> Answer<()> { later() } }",
        Refused(ASSOCIATED),
    ),
    (
        "struct Later; impl Future for Later {} impl<T> Open<T> { fn open() -> Later { Later } }",
        Refused(ASSOCIATED),
    ),
    (
        "trait Later: Future {} impl<T> Open<T> { fn open() -> impl Later { later() } }",
        Refused(ASSOCIATED),
    ),
    (
        r#"impl Open { #[get("/")] fn open() -> Answer { later() } }"#,
        Refused(ASSOCIATED),
    ),
    (
        "trait Opens { fn open() -> Self::Future; }",
        Refused(ASSOCIATED),
    ),
    (
        "impl Open { fn open() -> Answer { later() } }",
        AskedOfCompiler,
    ),
    (
        "impl Open { fn open(self) -> Answer { later() } }",
        AskedOfCompiler,
    ),
    (
        "impl Opens for Open { fn open(self: Box<Self>) -> Answer { later() } }",
        AskedOfCompiler,
    ),
    (
        "const OPEN: fn() -> Answer = || Box::pin(async {});",
        Refused(ASYNC),
    ),
    ("const OPEN: () = { async fn open() {} };", Refused(NESTED)),
    (
        "static OPEN: &[fn() -> Answer] = &[|| Box::pin(async {})];",
        Refused(ASYNC),
    ),
    (
        "const _: () = { impl Open { async fn open() {} } };",
        Refused(NESTED),
    ),
    (
        "impl Open { const OPEN: fn() -> Answer = || Box::pin(async {}); }",
        Refused(ASYNC),
    ),
    (
        "trait Opens { const OPEN: fn() -> Answer = || Box::pin(async {}); }",
        Refused(ASYNC),
    ),
    (
        "impl Opens for Open { const OPEN: fn() -> Answer = || Box::pin(async {}); }",
        Refused(ASYNC),
    ),
    (
        "enum Open { Open = { impl Later { async fn open() {} } 1 } }",
        Refused(NESTED),
    ),
    (
        "type Open = [u8; { impl Later { async fn open() {} } 1 }];",
        Refused(NESTED),
    ),
    (
        "struct Open<const N: usize = { impl Later { async fn open() {} } 1 }>;",
        Refused(NESTED),
    ),
    (
        "struct Open([u8; { impl Later { async fn open() {} } 1 }]);",
        Refused(NESTED),
    ),
    (
        "impl Opens for Open { type Later = [u8; { impl Later { async fn open() {} } 1 }]; }",
        Refused(NESTED),
    ),
    (
        "impl Opens<{ impl Later { async fn open() {} } 1 }> for Open {}",
        Refused(NESTED),
    ),
    (
        "fn configure(_: [u8; { impl Later { async fn open() {} } 1 }]) {}",
        Refused(NESTED),
    ),
    (
        "fn configure() -> [u8; { impl Later { async fn open() {} } 1 }] { later() }",
        Refused(NESTED),
    ),
    (
        "fn configure(app: &mut ServiceConfig) { app.service(fn_service(|request| async { request })); }",
        Refused(ASYNC),
    ),
    (
        r#"fn configure(app: &mut ServiceConfig) { let open = async || {}; app.route("/", web::get().to(open)); }"#,
        Refused(ASYNC),
    ),
    (
        r#"fn configure(app: &mut ServiceConfig) { let open = async move || {}; app.route("/", web::get().to(open)); }"#,
        Refused(ASYNC),
    ),
    (
        r#"fn configure(app: &mut ServiceConfig) { let open = || async { "" }; app.route("/", web::get().to(open)); }"#,
        Refused(ASYNC),
    ),
    (
        "fn configure(app: &mut ServiceConfig) { app.default_service(fn_service(|request| async move { request })); }",
        Refused(ASYNC),
    ),
    (
        r#"fn scope() -> Scope { web::scope("").wrap_fn(|request, _| async { request.into_response("") }) }"#,
        Refused(ASYNC),
    ),
    (
        r#"fn route() -> Route { let open = || async { "" }; web::get().to(open) }"#,
        Refused(ASYNC),
    ),
    (
        r#"fn resource() -> Resource { let open = || async { "" }; web::resource("/").get(open) }"#,
        Refused(ASYNC),
    ),
    (
        r#"fn open() -> Answer { Box::pin(async { "" }) }"#,
        Refused(ASYNC),
    ),
    ("fn configure() { vec![async {}]; }", Refused(ASYNC)),
    (
        "fn configure() { assert!(mount(|| async {})); }",
        Refused(ASYNC),
    ),
    (
        "fn configure() { tracing::info!(x = mount(|| async {})); }",
        Refused(ASYNC),
    ),
    (
        "impl Open { fn configure(&self) { mount(|| async {}); } }",
        Refused(ASYNC),
    ),
    (
        "impl Open { fn configure(self) { mount(|| async {}); } }",
        Refused(ASYNC),
    ),
    (
        "impl Open { fn configure() { mount(|| async {}); } }",
        Refused(ASYNC),
    ),
    (
        "impl<T> Open<T> { fn configure() { mount(|| async {}); } }",
        Refused(ASYNC),
    ),
    (
        "trait Opens { fn configure(&self) { mount(|| async {}); } }",
        Refused(ASYNC),
    ),
    ("fn configure<T>() { mount(|| async {}); }", Refused(ASYNC)),
    (
        "fn configure(_: impl Fn()) { mount(|| async {}); }",
        Refused(ASYNC),
    ),
    (
        "const fn configure() { mount(|| async {}); }",
        Refused(ASYNC),
    ),
    (
        "macro_rules! handler { ($name:ident) => { async fn $name() {} }; }",
        Refused(ASYNC),
    ),
    (
        "impl Service for Open { fn call(&self) -> Answer { Box::pin(async {}) } }",
        Refused(ASYNC),
    ),
    (
        r#"fn configure(app: &mut ServiceConfig) { app.route("/", web::get().to(|| async { "" })); }"#,
        Refused(CLOSURE),
    ),
    (
        r#"fn configure(app: &mut ServiceConfig) { app.route("/", web::get().to(move || Later)); }"#,
        Refused(CLOSURE),
    ),
    (
        r#"fn configure(app: &mut ServiceConfig) { app.route("/", web::to(|| Later)); }"#,
        Refused(CLOSURE),
    ),
    (
        r#"fn configure(app: &mut ServiceConfig) { app.service(web::resource("/").get(|| Later)); }"#,
        Refused(CLOSURE),
    ),
    (
        r#"fn configure(app: &mut ServiceConfig) { let open = || ready(""); app.route("/", web::get().to(open)); }"#,
        Refused(CLOSURE),
    ),
    (
        r#"fn configure(app: &mut ServiceConfig) { let open = |x: u8, y: u8| std::future::ready(""); mount(open); }"#,
        Refused(CLOSURE),
    ),
    (
        "fn configure(app: &mut ServiceConfig) { let open = || { let x = 1; std::future::ready(x) }; mount(open); }",
        Refused(CLOSURE),
    ),
    (
        r#"use std::future::ready as now; fn configure(app: &mut ServiceConfig) { let open = || now(""); mount(open); }"#,
        Refused(CLOSURE),
    ),
    (
        r#"use std::future; fn configure(app: &mut ServiceConfig) { let open = || future::ready(""); mount(open); }"#,
        Refused(CLOSURE),
    ),
    (
        r#"use std::future::{self as later}; fn configure(app: &mut ServiceConfig) { let open = || later::ready(""); mount(open); }"#,
        Refused(CLOSURE),
    ),
    (
        "struct Later; impl Future for Later {} fn configure() { let open = || Later; mount(open); }",
        Refused(CLOSURE),
    ),
    (
        "struct Later; impl std::future::Future for Later {} static OPEN: fn() -> Later = || Later;",
        Refused(CLOSURE),
    ),
    (
        "const OPEN: fn() -> std::future::Ready<u8> = || std::future::ready(1);",
        Refused(CLOSURE),
    ),
    (
        r#"impl Open { async fn configure(&self) { app.route("/", web::get().to(|| async { "" })); } }"#,
        Refused(CLOSURE),
    ),
    (
        "fn configure(app: &mut ServiceConfig) { async fn open() {} mount(open); }",
        Refused(NESTED),
    ),
    (
        "fn configure(app: &mut ServiceConfig) { fn open() -> Ready<()> { later() } mount(open); }",
        Refused(NESTED),
    ),
    (
        "fn configure(app: &mut ServiceConfig) { fn open() -> impl Future<Output = ()> { later() } mount(open); }",
        Refused(NESTED),
    ),
    (
        r#"fn configure(app: &mut ServiceConfig) { #[get("/")] fn open() -> Answer { later() } app.service(open); }"#,
        Refused(NESTED),
    ),
    (
        r#"fn configure(app: &mut ServiceConfig) { #[allow(unused)] #[actix_web::get("/")] #[inline] pub fn open() -> Answer { later() } app.service(open); }"#,
        Refused(NESTED),
    ),
    (
        "fn configure(app: &mut ServiceConfig) { if true { impl Open { async fn open() {} } } }",
        Refused(NESTED),
    ),
    (
        "impl Open { async fn configure(&self) { async fn open() {} mount(open); } }",
        Refused(NESTED),
    ),
    (
        "const OPEN: fn() -> Answer = { fn open() -> Ready<()> { later() } open };",
        Refused(NESTED),
    ),
    (
        "fn configure(app: &mut ServiceConfig) { handler!(open); mount(open); }",
        Refused(CALL),
    ),
    (
        "fn configure(app: &mut ServiceConfig) { handler! { open } mount(open); }",
        Refused(CALL),
    ),
    (
        "fn configure(app: &mut ServiceConfig) { let open = handler![]; mount(open); }",
        Refused(CALL),
    ),
    (
        r#"fn configure(app: &mut ServiceConfig) { include!("open.rs"); mount(open); }"#,
        Refused(CALL),
    ),
    (
        r#"fn configure(app: &mut ServiceConfig) { std::include!("open.rs"); mount(open); }"#,
        Refused(CALL),
    ),
    (
        "fn configure(app: &mut ServiceConfig) { crate::vec![open]; }",
        Refused(CALL),
    ),
    (
        "fn configure(app: &mut ServiceConfig) { self::println!(); }",
        Refused(CALL),
    ),
    (
        "fn configure(app: &mut ServiceConfig) { evil::info!(); }",
        Refused(CALL),
    ),
    (
        r#"fn configure(app: &mut ServiceConfig) { r#include!("open.rs"); }"#,
        Refused(CALL),
    ),
    (
        "fn configure(app: &mut ServiceConfig) { if !handler!() {} }",
        Refused(CALL),
    ),
    (
        "fn configure(app: &mut ServiceConfig) { vec![handler!()]; }",
        Refused(CALL),
    ),
    (
        r#"fn configure(app: &mut ServiceConfig) { tracing::info!("{}", { handler!() }); }"#,
        Refused(CALL),
    ),
    (
        "fn configure(app: &mut ServiceConfig) { return handler!(); }",
        Refused(CALL),
    ),
    (
        "fn configure(app: &mut ServiceConfig) { mod tracing {} handler!(); }",
        Refused(CALL),
    ),
    ("fn configure() -> handler!() { later() }", Refused(CALL)),
    ("const OPEN: Answer = handler!();", Refused(CALL)),
    (
        r#"static OPEN: Answer = include!("open.rs");"#,
        Refused(CALL),
    ),
    (
        "impl Open { const OPEN: Answer = handler!(); }",
        Refused(CALL),
    ),
    ("type Open = handler!();", Refused(CALL)),
    ("handler!(open);", Refused(CALL)),
    (r#"include!("open.rs");"#, Refused(CALL)),
    ("impl Open { handler!(open); }", Refused(CALL)),
    ("trait Opens { handler!(open); }", Refused(CALL)),
    (
        "impl Open { fn configure(&self) { handler!(open); } }",
        Refused(CALL),
    ),
    ("use evil::vec; fn configure() { vec![]; }", Refused(CALL)),
    (
        "use evil::{println, other}; fn configure() { println!(); }",
        Refused(CALL),
    ),
    (
        "use evil::error; fn configure() { error!(); }",
        Refused(CALL),
    ),
    (
        "mod tracing { pub(super) use evil::info; } fn configure() { tracing::info!(); }",
        Refused(CALL),
    ),
    (
        r#"macro_rules! handler { () => { include!("open.rs") }; }"#,
        Refused(CALL),
    ),
    ("macro_rules! vec { () => { open }; }", Refused(HIDDEN)),
    ("macro_rules! info { () => { open }; }", Refused(HIDDEN)),
    (
        "fn configure() { macro_rules! vec { () => { open }; } }",
        Refused(HIDDEN),
    ),
    (
        "fn configure() { use evil::vec; vec![open]; }",
        Refused(HIDDEN),
    ),
    (
        "fn configure() { use evil as tracing; tracing::info!(open); }",
        Refused(HIDDEN),
    ),
    (
        "fn configure() { mod std { pub use evil::println; } std::println!(open); }",
        Refused(HIDDEN),
    ),
    ("use evil::handler as vec;", Refused(HIDDEN)),
    ("use std::include as vec;", Refused(HIDDEN)),
    ("use evil as tracing;", Refused(HIDDEN)),
    ("use evil::{a::b as println};", Refused(HIDDEN)),
    (
        "fn open<T>() -> impl Future<Output = ()> { later() }",
        Refused(FUTURE),
    ),
    (
        "fn open(_: impl FromRequest) -> Ready<()> { later() }",
        Refused(FUTURE),
    ),
    ("fn open<T>() -> HandlerFuture { later() }", Refused(FUTURE)),
    (
        "type Answer = futures_util::future::LocalBoxFuture<'static, ()>; fn open<T>() -> Answer { later() }",
        Refused(FUTURE),
    ),
    (
        "type Second = First; type First = Ready<()>; fn open<const N: usize>() -> Second { later() }",
        Refused(FUTURE),
    ),
    ("fn open() -> Answer { later() }", AskedOfCompiler),
    ("fn open() -> impl Later { later() }", AskedOfCompiler),
    (
        "fn open() -> std::future::Ready<u8> { later() }",
        AskedOfCompiler,
    ),
    (
        "fn open<'a>(x: &'a str) -> Answer<'a> { later() }",
        AskedOfCompiler,
    ),
    ("unsafe fn open() -> Answer { later() }", AskedOfCompiler),
    (
        r#"extern "C" fn open() -> Answer { later() }"#,
        AskedOfCompiler,
    ),
    ("fn open() -> impl Handler<()> { later() }", AskedOfCompiler),
    ("fn open() -> fn() -> Answer { later() }", AskedOfCompiler),
    (
        "impl Handler<()> for Open { type Future = Answer; }",
        Refused(HANDLER_IMPL),
    ),
    (
        "impl<T> actix_web::Handler<(T,)> for Open { type Future = Answer; }",
        Refused(HANDLER_IMPL),
    ),
    (
        "impl ServiceFactory<ServiceRequest> for Open { type Future = Answer; }",
        Refused(HANDLER_IMPL),
    ),
    (
        "impl actix_web::dev::HttpServiceFactory for Open { fn register(self, app: &mut AppService) {} }",
        Refused(HANDLER_IMPL),
    ),
    (
        "use actix_web::Handler as Opens;",
        Refused("a trait of Actix under another name"),
    ),
    (
        r#"fn configure() { include!("open.rs"); }"#,
        Refused("`#[helper]`"),
    ),
    (
        r#"unsafe extern "C" { safe fn open() -> Answer; }"#,
        Refused("a foreign function"),
    ),
    (
        "impl FromRequest for &'static Open { fn from_request(_: &HttpRequest) -> Answer { later() } }",
        Refused("extractors"),
    ),
    ("pub use super::open;", Refused("a re-export")),
    (
        "impl FromRequest for Open { async fn open() {} }",
        Refused(ASSOCIATED),
    ),
    (
        "impl<T> FromRequest for Open<T> { fn from_request() -> Self::Future { later() } }",
        Refused(ASSOCIATED),
    ),
    (
        "impl<T> FromRequest for Open<T> { fn open(_: &HttpRequest) -> Self::Future { later() } }",
        Refused(ASSOCIATED),
    ),
    (
        r#"fn configure() { println!("{}", vec![1, 2].len()); std::assert_eq!(1, 1); ::std::matches!(1, 1); }"#,
        Unchanged,
    ),
    (
        r#"fn configure() { tracing::info!(x = 1, "y"); log::warn!("z"); tracing::debug_span!("s"); }"#,
        Unchanged,
    ),
    (
        r#"use tracing::{info, warn}; use log::debug; use std::vec; fn configure() { info!("y"); warn!("z"); debug!(""); vec![1]; }"#,
        Unchanged,
    ),
    (
        "use std::env; use actix_web::error; use super::trace; fn configure() -> String { error(trace(env::args())) }",
        Unchanged,
    ),
    (
        "use tracing as log; use std::{self, fmt::{self, Write as _}};",
        Unchanged,
    ),
    (
        "fn configure(x: bool) -> bool { if !x { return !x; } let y = !(x); while !x {} match !x { _ => {} } x != !{ y } }",
        Unchanged,
    ),
    (
        "fn configure(x: bool) -> bool { loop { break !(x) } }",
        Unchanged,
    ),
    (
        "fn configure() { let r#async = 1; let ready = 2; is_ready(ready); x.ready(); x || ready(y); a | b; }",
        Unchanged,
    ),
    (
        "fn configure() { let f = |x: u8| x + 1; list.iter().map(|x| x).filter(|&x| x); S { ready: 1, future: 2 }; }",
        Unchanged,
    ),
    (
        r#"fn configure() { assert!(matches!(x, A | B), "{}", format!("{x}")); map.get(&key).map(|x| x); }"#,
        Unchanged,
    ),
    (
        r#"/// `async` and `include!("x")`
 #[deprecated(note = "async")] fn configure() { #![allow(unused)] #[cfg(a)] fn inner() {} }"#,
        Unchanged,
    ),
    (
        r#"#[serde(default)] struct Open { #[serde(rename = "async")] x: u8 }"#,
        Unchanged,
    ),
    (
        r#"#[doc = include_str!("x.md")] struct Open { #[doc = handler!()] x: u8 }"#,
        Unchanged,
    ),
    (
        "macro_rules! reply { ($x:expr) => { HttpResponse::Ok().json(json!($x)) }; }",
        Unchanged,
    ),
    (
        "struct PriceFuture; fn price() -> PriceFuture { PriceFuture }",
        Unchanged,
    ),
    (
        "struct PriceFuture; impl PriceFuture { fn new() -> PriceFuture { PriceFuture } fn into(self) -> PriceFuture { self } }",
        Unchanged,
    ),
    (
        "struct PriceFuture; const PRICE: PriceFuture = PriceFuture; static NEW: fn() -> PriceFuture = || PriceFuture;",
        Unchanged,
    ),
    (
        "impl FromRequest for X { type Error = Error; type Future = Ready<Result<Self, Error>>; fn from_request(r: &HttpRequest, _: &mut Payload) -> Self::Future { ready(Ok(X)) } }",
        Unchanged,
    ),
    (
        "impl FromRequest for X { type Future = LocalBoxFuture<'static, Result<Self, Error>>; fn from_request(r: &HttpRequest, _: &mut Payload) -> Self::Future { let r = r.clone(); Box::pin(async move { json!(r); Ok(X) }) } fn extract(r: &HttpRequest) -> Self::Future { later() } }",
        Unchanged,
    ),
    (
        "impl<T: 'static> actix_web::FromRequest for X<T> { type Future = Ready<Result<Self, Error>>; fn from_request(r: &HttpRequest, _: &mut Payload) -> Ready<Result<Self, Error>> { ready(Ok(X)) } }",
        Unchanged,
    ),
    (
        "impl Future for X { type Output = u8; fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<u8> { Poll::Ready(1) } }",
        Unchanged,
    ),
    (
        "impl Responder for X { type Body = BoxBody; fn respond_to(self, _: &HttpRequest) -> HttpResponse { HttpResponse::Ok().finish() } }",
        Unchanged,
    ),
    (
        "impl X { async fn load(&self) { let x = async { 1 }; json!(x); } async fn store(&mut self) {} async fn run(self: Arc<Self>) {} async fn see(self: &Self) {} }",
        Unchanged,
    ),
    (
        "impl<S> Transform<S, ServiceRequest> for X { type Future = Ready<Result<u8, ()>>; fn new_transform(&self, service: S) -> Self::Future { ready(Ok(1)) } }",
        Unchanged,
    ),
    (
        r#"#[cfg(test)] mod tests { #[actix_web::test] async fn works() {} #[tokio::test] async fn too() {} #[test] fn sync() { include!("x") } #[rstest] #[case(1)] async fn cases(x: u8) {} #[test_log::test(tokio::test)] async fn logged() {} }"#,
        Unchanged,
    ),
    (
        r#"#[cfg(all(test, feature = "a"))] mod tests { mod inner { #[sqlx::test] async fn works(pool: Pool) {} } proptest! { fn p() {} } fn app() -> App { App::new().route("/", web::get().to(|| async { "" })) } }"#,
        Unchanged,
    ),
    (
        r#"mod tests { #[actix_web::test] async fn works() {} #[tokio::test(flavor = "multi_thread")] async fn too() { json!(1); } }"#,
        Unchanged,
    ),
    (
        "#[cfg(test)] #[test_case(1)] #[tokio::test] async fn works(x: u8) {}",
        Unchanged,
    ),
    (
        "#[helper] fn configure() { web::get().to(|| async { handler!() }) }",
        Unchanged,
    ),
    ("#[helper] const X: u8 = handler!();", Unchanged),
    ("#[helper] enum X { A = handler!() }", Unchanged),
    ("#[helper] type X = handler!();", Unchanged),
    ("#[helper] struct X([u8; handler!()]);", Unchanged),
    (
        r#"#[helper] unsafe extern "C" { safe fn load() -> u8; }"#,
        Unchanged,
    ),
    (
        "impl X { #[helper] const X: u8 = handler!(); #[helper] fn f() { handler!() } #[helper] type T = handler!(); #[helper] async fn f(self) {} }",
        Unchanged,
    ),
    ("#[helper] impl Handler<()> for X {}", Unchanged),
    (
        "#[helper] macro_rules! handler { ($name:ident) => { async fn $name() {} }; }",
        Unchanged,
    ),
    (
        "#[helper] async fn open() {}",
        Documented("an item with `#[helper]`"),
    ),
    (
        "async fn list() { impl Open { async fn open() {} } }",
        Documented("in the body of a handler or of an `async` method"),
    ),
    (
        "impl Open { async fn configure(&self) { let open = || async {}; mount(open); } }",
        Documented("in the body of a handler or of an `async` method"),
    ),
    (
        "fn configure() { let open = || super::later(); mount(open); }",
        Documented("a closure without `async` that returns a future of another module"),
    ),
    (
        "const OPEN: fn() -> super::Answer = || super::Later;",
        Documented("a closure without `async` that returns a future of another module"),
    ),
    (
        "fn configure() { mount([|| super::later()]); }",
        Documented("a closure without `async` that returns a future of another module"),
    ),
    (
        "fn open<T: FromRequest>(_: T) -> super::Answer { super::later() }",
        Documented("a generic function, or a function of a `trait` or of a generic `impl`"),
    ),
    (
        "fn open(_: impl FromRequest) -> super::Answer { super::later() }",
        Documented("a generic function, or a function of a `trait` or of a generic `impl`"),
    ),
    (
        "impl<T> Open<T> { fn open() -> super::Answer { super::later() } }",
        Documented("a generic function, or a function of a `trait` or of a generic `impl`"),
    ),
    (
        "trait Opens { fn open() -> super::Answer { super::later() } }",
        Documented("a generic function, or a function of a `trait` or of a generic `impl`"),
    ),
    (
        "impl super::Open { async fn open(&self) {} }",
        Documented("if another module implements `FromRequest` for references"),
    ),
    (
        "impl super::Opens<()> for Open {}",
        Documented("an implementation of a trait of Actix that another module exports"),
    ),
    (
        "impl<B> Service<ServiceRequest> for Open<B> { fn call(&self, request: ServiceRequest) -> Self::Future { super::later(request) } }",
        Documented("an implementation of `Service` or `Transform`"),
    ),
    (
        "#[derive(Handlers)] struct Open;",
        Documented("code that is generated by a derive macro, or by an attribute macro"),
    ),
    (
        "#[handlers] struct Open;",
        Documented("code that is generated by a derive macro, or by an attribute macro"),
    ),
    (
        "use super::*; fn configure() { println!(open); }",
        Documented("code that is generated by a macro that another module defines"),
    ),
    (
        "#[cfg(test)] mod tests { fn open() -> Answer { Box::pin(async {}) } }",
        Documented("code that is compiled only for tests"),
    ),
];

const DOCUMENTATION: &str = include_str!("../../../cognito-m2m/src/attributes.rs");

#[test]
fn no_handler_of_a_module_stays_open_unnoticed() {
    let failures: Vec<_> = WAYS
        .iter()
        .filter_map(|(content, outcome)| failure(content, outcome))
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Returns a description of the difference from the outcome, if any.
fn failure(content: &str, outcome: &Outcome) -> Option<String> {
    let module: TokenStream = format!("mod handlers {{ {content} }}").parse().unwrap();
    let expanded = expand(Kind::RequireAuthentication, TokenStream::new(), &module).to_string();
    let is_refused = expanded.contains("compile_error");
    let is_guarded = expanded.contains("Guard < __cognito_m2m_");
    let is_asked = expanded.contains("__private :: plain_function");
    let is_expected = match outcome {
        Refused(message) => is_refused && expanded.contains(message),
        Guarded => is_guarded && !is_refused,
        AskedOfCompiler => is_asked && !is_guarded && !is_refused,
        Documented(text) => !is_refused && documentation().contains(text),
        Unchanged => !is_refused && !is_guarded,
    };
    (!is_expected).then(|| format!("{content}\n    expands to {expanded}\n"))
}

/// Returns the documentation without line breaks.
fn documentation() -> String {
    let lines = DOCUMENTATION
        .lines()
        .map(|line| line.trim_start_matches("///").trim());
    lines.collect::<Vec<_>>().join(" ")
}
