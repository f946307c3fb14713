use cognito_m2m::activity::{ActivityError, PostgresActivity, TableName};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use super::super::postgres::{self, new_schema};
use super::{ExistingDatabase, Line, User, every_existing_table};

every_existing_table!(Postgres);

/// A schema serves as the database of a test.
struct Postgres {
    name: &'static str,
    connection: AsyncPgConnection,
}

impl ExistingDatabase for Postgres {
    type Store = PostgresActivity;
    type Reading = AsyncPgConnection;

    const CREATE_DJANGO_TABLE: &'static str = postgres::CREATE_DJANGO_TABLE;

    const CREATE_INDEXED_TABLE: &'static str = "
        CREATE TABLE old (client_id char(255) NOT NULL, first_seen_at timestamptz NOT NULL, last_seen_at timestamptz NOT NULL);
        CREATE UNIQUE INDEX by_client ON old (client_id) INCLUDE (last_seen_at);
        CREATE INDEX by_time ON old (last_seen_at);";

    const CREATE_TABLE_OF_EARLIER_VERSION: &'static str = include_str!(
        "../../../migrations/postgres/2000-01-01-000000_create_service_client_activity/up.sql"
    );

    const INCOMPLETE_TABLES: &'static [(&'static str, &'static [&'static str])] = &[
        (
            "CREATE TABLE old (client_id text PRIMARY KEY, first_seen_at timestamptz NOT NULL)",
            &["`old` lacks the column `last_seen_at timestamptz NOT NULL`:"],
        ),
        (
            "CREATE TABLE old (id bigint PRIMARY KEY, last_seen_at timestamptz, dropped text);
             ALTER TABLE old DROP COLUMN dropped",
            &["`client_id varchar(255) NOT NULL` and", "`first_seen_at", "ADD UNIQUE (client_id)"],
        ),
        (
            "CREATE TABLE old (client_id text, first_seen_at timestamptz, last_seen_at timestamptz)",
            &["`ALTER TABLE \"old\" ADD UNIQUE (client_id)`"],
        ),
        (
            "CREATE TABLE old (client_id text, first_seen_at timestamptz, last_seen_at timestamptz);
             CREATE INDEX ON old (client_id);
             CREATE UNIQUE INDEX ON old (client_id, first_seen_at);
             CREATE UNIQUE INDEX ON old (lower(client_id));
             CREATE UNIQUE INDEX ON old (client_id) WHERE client_id <> $$$$;
             ALTER TABLE old ADD UNIQUE (client_id) DEFERRABLE",
            &["a unique constraint on `client_id` alone"],
        ),
    ];

    async fn new(name: &'static str) -> Self {
        let (_, mut connection) = new_schema(name).await;
        let role = format!(
            "DO $$ BEGIN CREATE ROLE {name} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
             GRANT USAGE ON SCHEMA {name} TO {name};"
        );
        let created = connection.batch_execute(&role).await;
        created.expect("the role is created");
        Self { name, connection }
    }

    fn store(&self, user: User) -> PostgresActivity {
        let name = self.name;
        let user = match user {
            User::Administrator => "postgres",
            User::Restricted => name,
        };
        PostgresActivity::new(format!(
            "postgres://{user}@127.0.0.1:5432/test?options=-c%20search_path%3D{name}"
        ))
    }

    fn with_table(store: PostgresActivity, table: TableName) -> PostgresActivity {
        store.table(table)
    }

    async fn migrate(store: &mut PostgresActivity) -> Result<(), ActivityError> {
        store.migrate().await
    }

    async fn run_sql(&mut self, statements: &str) {
        let name = self.name;
        let grant =
            format!("GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA {name} TO {name}");
        for statements in [statements, &grant] {
            let done = self.connection.batch_execute(statements).await;
            done.unwrap_or_else(|error| panic!("{statements}: {error}"));
        }
    }

    async fn read_in_transaction(&self) -> AsyncPgConnection {
        let name = self.name;
        let mut connection = postgres::connect().await;
        let begun = connection
            .batch_execute(&format!("BEGIN; SELECT 1 FROM {name}.old"))
            .await;
        begun.expect("the transaction starts");
        connection
    }

    async fn schema(&mut self) -> Vec<String> {
        let name = self.name;
        let lines = diesel::sql_query(format!(
            "SELECT relname || ' ' || coalesce(pg_get_indexdef(i.indexrelid), '') AS line
             FROM pg_class AS c LEFT JOIN pg_index AS i ON i.indexrelid = c.oid
             WHERE relnamespace = '{name}'::regnamespace ORDER BY 1"
        ));
        let lines = lines.load::<Line>(&mut self.connection).await;
        let lines = lines.expect("the catalog is read");
        lines.into_iter().map(|line| line.line).collect()
    }
}

/// A table in a later schema of the search path is the one that statements use.
#[actix_web::test]
async fn table_in_a_later_schema_of_the_search_path_is_used() {
    let mut database = Postgres::new("m2m_existing_path").await;
    let mut store = database.store(User::Administrator);
    store.migrate().await.expect("the table is created");
    let other = "DROP SCHEMA IF EXISTS m2m_existing_path_first CASCADE; CREATE SCHEMA m2m_existing_path_first";
    database.run_sql(other).await;
    let mut store = PostgresActivity::new(
        "postgres://m2m_existing_path@127.0.0.1:5432/test?options=-c%20search_path%3Dm2m_existing_path_first,m2m_existing_path",
    );
    store.migrate().await.expect("the table is found");
    super::write(&mut store).await.expect("the batch is merged");
}

/// The list shows the client IDs of a `char(n)` column without padding.
#[actix_web::test]
async fn list_shows_client_ids_of_a_char_column_without_padding() {
    use cognito_m2m::activity::{ActivityReader, ClientQuery};

    let mut database = Postgres::new("m2m_existing_char").await;
    database.run_sql(Postgres::CREATE_INDEXED_TABLE).await;
    let mut store = database.store_of(User::Restricted, "old");
    for _ in 0..2 {
        super::write(&mut store).await.expect("the batch is merged");
    }
    let query = ClientQuery::new().with_search("sync");
    let listed = store.reader().list(&query).await.expect("the list is read");
    assert_eq!(listed.total, 1);
    let client_ids: Vec<_> = listed
        .clients
        .iter()
        .map(|client| &*client.client_id)
        .collect();
    assert_eq!(client_ids, ["sync"]);
}

/// Columns of the type `timestamp` hold UTC, whatever the time zone of the server or the user is.
#[actix_web::test]
async fn timestamps_without_a_time_zone_are_in_utc() {
    use cognito_m2m::activity::{ActivityReader, ClientQuery};

    let mut database = Postgres::new("m2m_existing_zone").await;
    database
        .run_sql(
            "CREATE TABLE old (client_id text PRIMARY KEY, first_seen_at timestamp, last_seen_at timestamp);
             ALTER ROLE m2m_existing_zone SET timezone = 'Asia/Tokyo'",
        )
        .await;
    let mut store = database.store_of(User::Restricted, "old");
    super::write(&mut store).await.expect("the batch is merged");
    let listed = store.reader().list(&ClientQuery::new()).await;
    let listed = listed.expect("the list is read");
    assert_eq!(listed.clients, [super::activity_of("sync", 1, 2)]);
    let rows = diesel::sql_query("SELECT last_seen_at::text AS line FROM old");
    let rows = rows.load::<Line>(&mut database.connection).await;
    let rows = rows.expect("the row is read");
    assert_eq!(rows[0].line, "2026-01-01 00:00:00.000002");
}
