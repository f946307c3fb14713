//! Servers that verify the same tokens as the load benchmark's guarded server, with other crates.
//!
//! `cognito-m2m-rivals httpauth|grants <issuer> <modulus> <exponent>` serves `GET /` with one worker on a
//! free port of 127.0.0.1, and prints its address. The modulus and exponent are the members `n` and `e` of
//! the JWK of the signing key. The server ends when its standard input does.

mod grants;
mod httpauth;
mod verification;

use std::io::{Read, stdin};
use std::net::TcpListener;
use std::thread;

use actix_web::web::Data;
use actix_web::{App, HttpServer};
use actix_web_grants::GrantsMiddleware;
use actix_web_httpauth::middleware::HttpAuthentication;
use verification::Verification;

#[actix_web::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [rival, issuer, modulus, exponent] = arguments.as_slice() else {
        panic!("expected httpauth|grants, the issuer, and the modulus and exponent of its key");
    };
    let verification = Data::new(Verification::new(issuer, modulus, exponent));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("the listener is bound");
    let server = match rival.as_str() {
        "httpauth" => {
            let app = move || {
                let app = App::new().app_data(verification.clone());
                app.wrap(HttpAuthentication::bearer(httpauth::verify))
                    .service(httpauth::guarded)
            };
            let server = HttpServer::new(app).workers(1);
            server.listen(listener).expect("the server starts").run()
        }
        "grants" => {
            let app = move || {
                let app = App::new().app_data(verification.clone());
                app.wrap(GrantsMiddleware::with_extractor(grants::scopes))
                    .service(grants::guarded)
            };
            let server = HttpServer::new(app).workers(1);
            server.listen(listener).expect("the server starts").run()
        }
        other => panic!("expected httpauth or grants, found {other}"),
    };
    exit_at_end_of_input();
    // The line that the benchmark waits for.
    println!("{address}");
    server.await.expect("the server ends with the process");
}

/// Ends this process when the benchmark ends, however that happens.
fn exit_at_end_of_input() {
    thread::spawn(|| {
        let mut input = Vec::new();
        let _ = stdin().read_to_end(&mut input);
        std::process::exit(0);
    });
}
