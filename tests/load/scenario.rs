use std::fs;
use std::time::Duration;

use actix_web::rt::time::sleep;
use cognito_m2m::testing::LocalCognito;

use super::Failure;
use super::arguments::Arguments;
use super::fleet::Fleet;
use super::instance::InstanceTask;
use super::measurement::measure;
use super::report::{Report, Row};
use super::scratch::Directory;
use super::server::Server;

/// How activity is stored.
#[derive(Clone, Copy)]
struct Storage {
    name: &'static str,
    has_index: bool,
    precision: Option<u64>,
}

const STORAGES: [Storage; 2] = [
    Storage {
        name: "precision 0, index",
        has_index: true,
        precision: Some(0),
    },
    Storage {
        name: "defaults, no index",
        has_index: false,
        precision: None,
    },
];

/// Measures both ways to store activity on one server.
pub(crate) async fn run<S: Server>(
    arguments: &Arguments,
    report: &mut Report,
) -> Result<(), Failure> {
    let directory = Directory::new(&S::NAME.to_lowercase())?;
    let cognito = LocalCognito::builder()
        .token_lifetime(Duration::from_secs(86_400))
        .start()?;
    let tokens_directory = Directory::new("tokens")?;
    let tokens = tokens_directory.path().join("tokens.txt");
    let text: String = (0..arguments.clients)
        .map(|client| cognito.token(&format!("client-{client:04}")).sign() + "\n")
        .collect();
    fs::write(&tokens, text)?;
    let mut server = S::start(directory.path(), arguments.max_connections).await?;
    for storage in STORAGES {
        eprintln!("{}: {}", S::NAME, storage.name);
        server.prepare(storage.has_index).await?;
        let task = InstanceTask {
            database_url: server.url().to_owned(),
            issuer: cognito.issuer().to_owned(),
            jwks_url: cognito.jwks_url(),
            tokens: tokens.display().to_string(),
            instances: arguments.instances_per_process,
            precision: storage.precision,
        };
        run_storage(&mut server, task, arguments, storage, report).await?;
    }
    Ok(())
}

async fn run_storage<S: Server>(
    server: &mut S,
    task: InstanceTask,
    arguments: &Arguments,
    storage: Storage,
    report: &mut Report,
) -> Result<(), Failure> {
    let mut fleet = Fleet::start(task, arguments.processes).await?;
    sleep(arguments.warm_up).await;
    let mut add = |window, measurement| {
        let row = Row {
            server: S::NAME,
            storage: storage.name,
            window,
            measurement,
        };
        eprintln!("{row}");
        report.add(row);
    };
    let ordinary = measure(server, &mut fleet, arguments.window, |_, _| Ok(())).await?;
    add("ordinary", ordinary);
    if !arguments.deploy.is_zero() {
        let mut replaced = 0;
        let deploy = arguments.deploy;
        let restart = |fleet: &mut Fleet, elapsed: Duration| {
            let share = elapsed.as_secs_f64() / deploy.as_secs_f64();
            while replaced < fleet.processes()
                && (replaced as f64) < share * fleet.processes() as f64
            {
                fleet.replace(replaced)?;
                replaced += 1;
            }
            Ok(())
        };
        let deploy = measure(server, &mut fleet, deploy, restart).await?;
        add("deploy", deploy);
    }
    fleet.stop().await
}
