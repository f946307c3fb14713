/// Serves an app (the closure that `HttpServer::new` takes) on a port of its own and two workers,
/// until the process ends, and gives its address.
#[macro_export]
macro_rules! serve {
    ($app:expr) => {{
        let (sender, started) = ::std::sync::mpsc::channel();
        ::std::thread::spawn(move || {
            ::actix_web::rt::System::new().block_on(async move {
                let server = ::actix_web::HttpServer::new($app)
                    .workers(2)
                    // A connection that rests for long, since the test waits for something else, is
                    // not ended just when its next request comes.
                    .keep_alive(::std::time::Duration::from_secs(3_600))
                    .disable_signals();
                let server = server.bind("127.0.0.1:0").expect("a free port");
                sender.send(server.addrs()[0]).expect("the test waits");
                server
                    .run()
                    .await
                    .expect("the server ends with the process");
            });
        });
        started.recv().expect("the server starts")
    }};
}
