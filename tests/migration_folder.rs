//! The SQL migrations of the crate, as the Diesel CLI reads them.

use std::path::Path;

use diesel::backend::Backend;
use diesel::migration::{Migration, MigrationSource, Result};
use diesel_migrations::FileBasedMigrations;

/// The migrations of one table.
pub(crate) struct MigrationFolder {
    all: FileBasedMigrations,
    table: &'static str,
}

impl MigrationFolder {
    /// Reads the folder of a database, such as `sqlite`.
    pub(crate) fn read(database: &str, table: &'static str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .expect("the workspace directory");
        let all = FileBasedMigrations::from_path(root.join("migrations").join(database))
            .expect("the migrations are read");
        Self { all, table }
    }
}

impl<DB: Backend> MigrationSource<DB> for MigrationFolder {
    fn migrations(&self) -> Result<Vec<Box<dyn Migration<DB>>>> {
        let mut migrations: Vec<Box<dyn Migration<DB>>> = self.all.migrations()?;
        migrations.retain(|migration| migration.name().to_string().contains(self.table));
        Ok(migrations)
    }
}
