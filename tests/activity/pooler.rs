//! A connection pooler in front of PostgreSQL, as PgBouncer before 1.21 with transaction pooling.

use std::io::{Read, Result, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// The protocol version 3.0 (PostgreSQL, section 55.7, "Message Formats").
const PROTOCOL: i32 = 196_608;

/// The code of a request for TLS, and of one for GSSAPI encryption.
const ENCRYPTION_REQUESTS: [i32; 2] = [80_877_103, 80_877_104];

/// The code of a request to cancel a statement.
const CANCEL_REQUEST: i32 = 80_877_102;

/// A pooler with one connection to the server, which all clients use in turn, one transaction after
/// another. It runs until the process ends. It rejects start-up options, as PgBouncer does by default.
///
/// The prepared statements `s0` to `s499` exist on that connection, as if another process had
/// prepared them, and its `Close` had gone to another connection.
pub(crate) struct Pooler {
    pub(crate) address: SocketAddr,
}

impl Pooler {
    /// Starts a pooler for a schema of the database `test`.
    pub(crate) fn start(schema: &str) -> Self {
        let (server, key) = connect(schema).expect("PostgreSQL accepts connections");
        let server = Arc::new(Mutex::new(server));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (server, key) = (Arc::clone(&server), key.clone());
                // A client that disconnects ends its thread with an error.
                thread::spawn(move || drop(serve(client, &server, &key)));
            }
        });
        Self { address }
    }
}

/// Opens the connection to the server, and prepares the statements. Also returns the key that cancels
/// statements of the connection.
fn connect(schema: &str) -> Result<(TcpStream, Vec<u8>)> {
    let mut server = TcpStream::connect("127.0.0.1:5432")?;
    server.set_nodelay(true)?;
    let options = format!("-c search_path={schema}");
    let parameters = ["user", "postgres", "database", "test", "options", &options];
    let mut startup = PROTOCOL.to_be_bytes().to_vec();
    for parameter in parameters {
        startup.extend_from_slice(parameter.as_bytes());
        startup.push(0);
    }
    startup.push(0);
    server.write_all(&length_of(&startup).to_be_bytes())?;
    server.write_all(&startup)?;
    let mut key = Vec::new();
    loop {
        match read_message(&mut server)? {
            (b'K', body) => key = body,
            (b'Z', _) => break,
            _ => {}
        }
    }
    let prepare: String = (0..500)
        .map(|number| format!("PREPARE s{number} AS SELECT 1;"))
        .collect();
    write_message(&mut server, b'Q', format!("{prepare}\0").as_bytes())?;
    wait_until_ready(&mut server, &mut std::io::sink())?;
    Ok((server, key))
}

/// Asks the server to cancel the statement that runs on the connection with this key.
fn cancel(key: &[u8]) -> Result<()> {
    let mut request = CANCEL_REQUEST.to_be_bytes().to_vec();
    request.extend_from_slice(key);
    let mut server = TcpStream::connect("127.0.0.1:5432")?;
    server.write_all(&length_of(&request).to_be_bytes())?;
    server.write_all(&request)
}

/// Forwards the messages of a client. The server connection belongs to the client until the end of a
/// transaction.
fn serve(mut client: TcpStream, server: &Mutex<TcpStream>, key: &[u8]) -> Result<()> {
    client.set_nodelay(true)?;
    let startup = loop {
        let startup = read_body(&mut client)?;
        let code = startup.first_chunk().expect("a protocol version");
        let code = i32::from_be_bytes(*code);
        if code == CANCEL_REQUEST {
            return cancel(key);
        }
        if !ENCRYPTION_REQUESTS.contains(&code) {
            break startup;
        }
        client.write_all(b"N")?;
    };
    let options = b"options\0";
    if startup.windows(options.len()).any(|name| name == options) {
        let rejection = b"SFATAL\0C08P01\0Munsupported startup parameter: options\0\0";
        return write_message(&mut client, b'E', rejection);
    }
    // Authentication is complete, and the server is ready. There is one key, because there is one
    // connection to the server.
    write_message(&mut client, b'R', &0_i32.to_be_bytes())?;
    write_message(&mut client, b'K', &[0; 8])?;
    write_message(&mut client, b'Z', b"I")?;
    let (mut kind, mut body) = read_message(&mut client)?;
    loop {
        let mut connection = server.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if kind == b'X' {
                return Ok(());
            }
            write_message(&mut *connection, kind, &body)?;
            let is_complete = matches!(kind, b'Q' | b'S');
            if is_complete && wait_until_ready(&mut connection, &mut client)? == b'I' {
                break;
            }
            (kind, body) = read_message(&mut client)?;
        }
        drop(connection);
        (kind, body) = read_message(&mut client)?;
    }
}

/// Forwards the messages of the server until it is ready, and returns the state of the transaction.
fn wait_until_ready(server: &mut TcpStream, client: &mut impl Write) -> Result<u8> {
    loop {
        let (kind, body) = read_message(server)?;
        write_message(client, kind, &body)?;
        if kind == b'Z' {
            return Ok(body[0]);
        }
    }
}

fn read_message(stream: &mut TcpStream) -> Result<(u8, Vec<u8>)> {
    let mut kind = [0];
    stream.read_exact(&mut kind)?;
    Ok((kind[0], read_body(stream)?))
}

fn read_body(stream: &mut TcpStream) -> Result<Vec<u8>> {
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let length = usize::try_from(u32::from_be_bytes(length)).expect("a 32-bit length");
    let mut body = vec![0; length.saturating_sub(4)];
    stream.read_exact(&mut body)?;
    Ok(body)
}

fn write_message(stream: &mut impl Write, kind: u8, body: &[u8]) -> Result<()> {
    let mut message = vec![kind];
    message.extend_from_slice(&length_of(body).to_be_bytes());
    message.extend_from_slice(body);
    stream.write_all(&message)
}

/// Returns the length that a message states, which counts the length itself.
fn length_of(body: &[u8]) -> i32 {
    i32::try_from(body.len() + 4).expect("a short message")
}

mod tests {
    use std::error::Error;
    use std::pin::pin;

    use cognito_m2m::activity::{
        ActivityError, ActivityReader, ActivityStore, ClientActivity, ClientQuery, PostgresActivity,
    };
    use cognito_m2m_tests::CapturedLog;
    use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
    use futures_util::future::{Either, select};

    use super::super::postgres::{PostgresTable, new_schema};
    use super::super::suite::{
        authenticated_requests_become_rows, earliest_and_latest_times_are_kept,
    };
    use super::super::table::{Number, TABLE, activity_of};
    use super::*;

    impl Pooler {
        fn store(&self) -> PostgresActivity {
            PostgresActivity::new(format!("postgres://postgres@{}/test", self.address))
        }
    }

    #[actix_web::test]
    async fn store_works_behind_a_pooler_that_keeps_no_prepared_statements() {
        let name = "m2m_activity_pooler";
        let (_, connection) = new_schema(name).await;
        let pooler = Pooler::start(name);
        let (mut first, mut second) = (pooler.store(), pooler.store());
        for store in [&mut first, &mut second] {
            for _ in 0..2 {
                store.migrate().await.expect("the migration runs");
                store.check().await.expect("the store is ready");
            }
        }
        let reader = first.reader();
        let rows = PostgresTable {
            connection,
            name: TABLE,
        };
        earliest_and_latest_times_are_kept(first, second, rows).await;
        let listed = reader.list(&ClientQuery::new()).await;
        assert_eq!(listed.expect("the clients are listed").total, 1_000);
    }

    #[actix_web::test]
    async fn requests_are_recorded_behind_a_pooler_that_keeps_no_prepared_statements() {
        let name = "m2m_activity_pooler_requests";
        let (_, connection) = new_schema(name).await;
        let mut store = Pooler::start(name).store();
        store.migrate().await.expect("the migration runs");
        let rows = PostgresTable {
            connection,
            name: TABLE,
        };
        authenticated_requests_become_rows(store, rows).await;
    }

    /// The pooler's connection has no limits, so only the cancellation ends the statement.
    #[actix_web::test]
    async fn rule_4_1_cancelled_write_leaves_no_session_behind_a_pooler() {
        let name = "m2m_activity_pooler_cancelled";
        let (_, mut administrator) = new_schema(name).await;
        let mut store = Pooler::start(name).store();
        store.migrate().await.expect("the migration runs");
        let batch: Arc<[ClientActivity]> = Arc::from([activity_of("sync", 1, 2)]);
        store
            .write(batch.clone())
            .await
            .expect("the batch is written");
        let (_, mut observer) = new_schema("m2m_activity_pooler_observer").await;
        let blocked = format!(
            "SELECT count(*) AS number FROM pg_stat_activity
             WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO%' AND pid IN
             (SELECT pid FROM pg_locks WHERE relation = '{name}.{TABLE}'::regclass)"
        );
        let lock = format!("BEGIN; LOCK TABLE {TABLE} IN ACCESS EXCLUSIVE MODE");
        for _ in 0..2 {
            let locked = administrator.batch_execute(&lock).await;
            locked.expect("the table is locked");
            {
                let waits = pin!(wait_for_blocked(&mut observer, &blocked, 1));
                let write = store.write(batch.clone());
                if let Either::Left((written, _)) = select(write, waits).await {
                    panic!("the table is locked: {written:?}");
                }
            }
            wait_for_blocked(&mut observer, &blocked, 0).await;
            let unlocked = administrator.batch_execute("COMMIT").await;
            unlocked.expect("the table is unlocked");
            let written = store.write(batch.clone()).await;
            written.expect("the batch is written");
        }
    }

    async fn wait_for_blocked(observer: &mut AsyncPgConnection, blocked: &str, number: i64) {
        for _ in 0..6_000 {
            let found = diesel::sql_query(blocked).get_result::<Number>(observer);
            if found.await.expect("the sessions are counted").number == number {
                return;
            }
            actix_web::rt::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("timed out: {number} blocked sessions");
    }

    /// `diesel-async` prepares statements under names that the pooler has given to another client. It
    /// counts them in the whole process, so the test runs alone.
    #[test]
    fn error_of_a_custom_connection_behind_a_pooler_says_where_the_remedy_is() {
        let test = error_of_a_custom_connection_behind_a_pooler_says_where_the_remedy_is;
        if CapturedLog::alone(test).is_some() {
            actix_web::rt::System::new().block_on(custom_connection_fails());
        }
    }

    async fn custom_connection_fails() {
        let name = "m2m_activity_pooler_custom";
        let (_, _connection) = new_schema(name).await;
        let mut store = Pooler::start(name)
            .store()
            .connect_with(|url| Box::pin(AsyncPgConnection::establish(url)));
        let query = ClientQuery::new();
        let listed = store.reader().list(&query).await.map(drop);
        for result in [store.migrate().await, store.check().await, listed] {
            let error = result.expect_err("the names are taken");
            assert!(matches!(error, ActivityError::Pooler(_)), "{error:?}");
            assert!(!error.is_permanent());
            let text = error.to_string();
            assert!(
                text.contains("PgBouncer") && text.contains("`PostgresActivity`"),
                "{text}"
            );
            let cause = error.source().map(ToString::to_string).unwrap_or_default();
            assert!(cause.contains("prepared statement \"s"), "{cause}");
        }
    }
}
