use std::io::{Read, stdin};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use actix_web::{App, HttpServer, rt, web};
use cognito_m2m::activity::{
    ActivityStore, ClientActivity, PostgresActivity, SqliteActivity, StoreFuture,
};
use cognito_m2m::{CognitoAuth, CognitoAuthBuilder, Settings, require_scopes};

use crate::scenarios::{Database, SCENARIOS, ServerKind};
use crate::users;

/// The configuration of a server process.
pub(crate) struct Task {
    kind: ServerKind,
    issuer: String,
    jwks_url: String,
    /// The path or URL of the database, if the scenario requires one.
    database: String,
}

impl Task {
    /// Parses the name of a scenario, the issuer, the URL of the keys and the database.
    pub(crate) fn from_arguments(arguments: impl Iterator<Item = String>) -> Option<Self> {
        let arguments: Vec<String> = arguments.collect();
        let [name, issuer, jwks_url, database] = arguments.try_into().ok()?;
        let scenario = SCENARIOS.iter().find(|it| it.name == name)?;
        Some(Self {
            kind: scenario.kind,
            issuer,
            jwks_url,
            database,
        })
    }

    fn settings(&self) -> Settings {
        Settings::default()
            .issuer(&self.issuer)
            .jwks_url(&self.jwks_url)
    }
}

type Routes = fn(&mut web::ServiceConfig);

/// Runs a server with one worker, after printing its address.
pub(crate) fn serve(task: &Task) {
    exit_at_end_of_input();
    rt::System::new().block_on(async {
        let routes: Routes = match task.kind {
            ServerKind::Bare => |config| {
                config.route("/", web::get().to(bare));
            },
            ServerKind::User(..) => |config| {
                config.route("/", web::get().to(users::with_user));
            },
            _ => |config| {
                config.route("/", web::get().to(guarded));
            },
        };
        let auth = match task.kind {
            ServerKind::Bare => None,
            _ => Some(auth(task).await),
        };
        run(routes, auth).await;
    });
}

async fn bare() -> &'static str {
    "ok"
}

#[require_scopes("widgets/read")]
async fn guarded() -> &'static str {
    "ok"
}

async fn auth(task: &Task) -> CognitoAuth {
    let builder = match task.kind {
        ServerKind::Bare | ServerKind::Rival(_) => unreachable!("these servers have no guards"),
        ServerKind::Guarded(None) => CognitoAuth::builder().settings(task.settings()),
        ServerKind::Guarded(Some(entries)) => {
            CognitoAuth::builder().settings(task.settings().token_cache_entries(entries))
        }
        ServerKind::DiscardedActivity => with_activity(task, DiscardingStore),
        ServerKind::Activity(Database::Sqlite) => {
            let mut store = SqliteActivity::new(&task.database);
            store.migrate().await.expect("the table is created");
            with_activity(task, store)
        }
        ServerKind::Activity(Database::Postgres) => {
            let mut store = PostgresActivity::new(&task.database);
            store.migrate().await.expect("the table is created");
            with_activity(task, store)
        }
        ServerKind::User(database, cache) => {
            let settings = task.settings().user_mapping_enabled(true);
            let builder = CognitoAuth::builder().settings(settings);
            match database {
                Database::Sqlite => users::in_sqlite(builder, &task.database, cache),
                Database::Postgres => users::in_postgres(builder, &task.database, cache).await,
            }
        }
    };
    let auth = builder.build().expect("the settings are valid");
    auth.prefetch().await.expect("the keys are fetched");
    auth
}

fn with_activity(task: &Task, store: impl ActivityStore) -> CognitoAuthBuilder {
    let settings = task.settings().track_client_activity(true);
    CognitoAuth::builder()
        .settings(settings)
        .activity_store(store)
}

/// A store that discards everything, since requests do not wait for the store.
struct DiscardingStore;

impl ActivityStore for DiscardingStore {
    fn check(&mut self) -> StoreFuture<'_> {
        Box::pin(async { Ok(()) })
    }

    fn write(&mut self, _: Arc<[ClientActivity]>) -> StoreFuture<'_> {
        Box::pin(async { Ok(()) })
    }
}

async fn run(routes: Routes, auth: Option<CognitoAuth>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("the listener is bound");
    let server = match auth {
        Some(auth) => {
            let app = move || App::new().wrap(auth.clone()).configure(routes);
            let server = HttpServer::new(app).workers(1).disable_signals();
            server.listen(listener).expect("the server starts").run()
        }
        None => {
            let app = move || App::new().configure(routes);
            let server = HttpServer::new(app).workers(1).disable_signals();
            server.listen(listener).expect("the server starts").run()
        }
    };
    // The benchmark waits for this line. Connections wait in the listener's queue.
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
