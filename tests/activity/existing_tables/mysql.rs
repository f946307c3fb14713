use cognito_m2m::activity::{ActivityError, MysqlActivity, TableName};
use diesel_async::{AsyncMysqlConnection, RunQueryDsl, SimpleAsyncConnection};

use super::super::mysql::{self, new_database};
use super::{ExistingDatabase, Line, User, every_existing_table};

every_existing_table!(Mysql);

struct Mysql {
    name: &'static str,
    connection: AsyncMysqlConnection,
}

impl ExistingDatabase for Mysql {
    type Store = MysqlActivity;
    type Reading = AsyncMysqlConnection;

    const CREATE_DJANGO_TABLE: &'static str = mysql::CREATE_DJANGO_TABLE;

    const CREATE_INDEXED_TABLE: &'static str = "
        CREATE TABLE old (CLIENT_ID char(255) NOT NULL, first_seen_at datetime(6) NOT NULL, last_seen_at datetime(6) NOT NULL,
            UNIQUE by_client (client_id), INDEX by_time (last_seen_at))";

    const CREATE_TABLE_OF_EARLIER_VERSION: &'static str = include_str!(
        "../../../migrations/mysql/2000-01-01-000000_create_service_client_activity/up.sql"
    );

    const INCOMPLETE_TABLES: &'static [(&'static str, &'static [&'static str])] = &[
        (
            "CREATE TABLE old (client_id varchar(255) PRIMARY KEY, first_seen_at datetime(6) NOT NULL)",
            &["`old` lacks the column `last_seen_at datetime(6) NOT NULL`:"],
        ),
        (
            "CREATE TABLE old (id bigint PRIMARY KEY, last_seen_at datetime(6))",
            &["`client_id varchar(255) NOT NULL` and", "`first_seen_at", "ADD UNIQUE (client_id)"],
        ),
        // Without the constraint, each write would insert a row.
        (
            "CREATE TABLE old (client_id varchar(255), first_seen_at datetime(6), last_seen_at datetime(6))",
            &["`ALTER TABLE `old` ADD UNIQUE (client_id)`"],
        ),
        // A unique prefix would merge different clients.
        (
            "CREATE TABLE old (client_id varchar(255), first_seen_at datetime(6), last_seen_at datetime(6),
                INDEX (client_id), UNIQUE (client_id, first_seen_at), UNIQUE (client_id(20)))",
            &["a unique constraint on `client_id` alone"],
        ),
    ];

    async fn new(name: &'static str) -> Self {
        let (_, mut connection) = new_database(name).await;
        let user = format!(
            "DROP USER IF EXISTS '{name}'@'%';
             CREATE USER '{name}'@'%';
             GRANT SELECT, INSERT, UPDATE ON {name}.* TO '{name}'@'%';"
        );
        let created = connection.batch_execute(&user).await;
        created.expect("the user is created");
        Self { name, connection }
    }

    fn store(&self, user: User) -> MysqlActivity {
        let name = self.name;
        let user = match user {
            User::Administrator => "root",
            User::Restricted => name,
        };
        MysqlActivity::new(format!("mysql://{user}@127.0.0.1:3306/{name}"))
    }

    fn with_table(store: MysqlActivity, table: TableName) -> MysqlActivity {
        store.table(table)
    }

    async fn migrate(store: &mut MysqlActivity) -> Result<(), ActivityError> {
        store.migrate().await
    }

    async fn run_sql(&mut self, statements: &str) {
        let done = self.connection.batch_execute(statements).await;
        done.unwrap_or_else(|error| panic!("{statements}: {error}"));
    }

    async fn read_in_transaction(&self) -> AsyncMysqlConnection {
        let name = self.name;
        let mut connection = mysql::connect().await;
        let begun = connection
            .batch_execute(&format!("BEGIN; SELECT * FROM {name}.old"))
            .await;
        begun.expect("the transaction starts");
        connection
    }

    async fn schema(&mut self) -> Vec<String> {
        let name = self.name;
        let lines = diesel::sql_query(format!(
            "SELECT CONCAT(t.table_name, ' ', COALESCE(s.index_name, ''), ' ', COALESCE(s.column_name, '')) AS line
             FROM information_schema.tables AS t LEFT JOIN information_schema.statistics AS s
             ON s.table_schema = t.table_schema AND s.table_name = t.table_name
             WHERE t.table_schema = '{name}' ORDER BY 1"
        ));
        let lines = lines.load::<Line>(&mut self.connection).await;
        let lines = lines.expect("the catalog is read");
        lines.into_iter().map(|line| line.line).collect()
    }
}

#[actix_web::test]
async fn writes_insert_no_row_into_a_table_without_the_unique_constraint() {
    let mut database = Mysql::new("m2m_existing_growing").await;
    let (create, _) = Mysql::INCOMPLETE_TABLES[2];
    database.run_sql(create).await;
    let mut store = database.store_of(User::Restricted, "old");
    for _ in 0..3 {
        assert!(super::write(&mut store).await.is_err());
    }
    let rows = diesel::sql_query("SELECT client_id AS line FROM old");
    let rows = rows.load::<Line>(&mut database.connection).await;
    assert_eq!(rows.expect("the rows are read").len(), 0);
    database
        .run_sql("ALTER TABLE old ADD UNIQUE (client_id)")
        .await;
    super::write(&mut store).await.expect("the batch is merged");
}
