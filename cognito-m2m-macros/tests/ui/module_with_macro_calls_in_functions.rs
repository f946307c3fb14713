use cognito_m2m::require_scopes;

macro_rules! handler {
    ($name:ident) => {
        async fn $name() -> &'static str {
            ""
        }
    };
}

#[require_scopes("a")]
mod handlers {
    use actix_web::web::{self, ServiceConfig};

    fn configure(app: &mut ServiceConfig) {
        handler!(open);
        app.route("/", web::get().to(open));
    }

    fn configure_from_file(app: &mut ServiceConfig) {
        app.route("/", web::get().to(include!("../diagnostics/open.txt")));
    }

    fn configure_in_an_argument(app: &mut ServiceConfig) {
        println!("{:?}", {
            handler!(open);
            app.route("/", web::get().to(open));
        });
    }

    const CONFIGURE: fn(&mut ServiceConfig) = |app| {
        handler!(open);
        app.route("/", web::get().to(open));
    };

    struct Routes;

    impl Routes {
        fn configure(&self, app: &mut ServiceConfig) {
            handler!(open);
            app.route("/", web::get().to(open));
        }
    }

    macro_rules! another {
        () => {
            async fn open() {}
        };
    }
}

fn main() {}
