/// Serves an app (the closure that `HttpServer::new` takes) with two workers until the process ends,
/// and evaluates to the server's address.
#[macro_export]
macro_rules! serve {
    ($app:expr) => {{
        let (sender, started) = ::std::sync::mpsc::channel();
        ::std::thread::spawn(move || {
            ::actix_web::rt::System::new().block_on(async move {
                let server = ::actix_web::HttpServer::new($app)
                    .workers(2)
                    // Otherwise the server may close an idle connection just when a slow test sends
                    // its next request over it.
                    .keep_alive(::std::time::Duration::from_secs(3_600))
                    .disable_signals();
                let server = server.bind("127.0.0.1:0").expect("a free port");
                sender
                    .send(server.addrs()[0])
                    .expect("the test receives the address");
                server
                    .run()
                    .await
                    .expect("the server runs until the process ends");
            });
        });
        started.recv().expect("the server starts")
    }};
}
