//! The table of widgets, in any of the databases.

use diesel::prelude::*;
use serde::Serialize;

use super::widget_name::WidgetName;
use crate::{Database, DatabaseError, database::run, with_connections};

/// The stored widgets. Clones share the connections.
#[derive(Clone)]
pub struct Store {
    database: Database,
}

/// A row of the table, which is also the response of the API.
#[derive(Debug, PartialEq, Queryable, Selectable, Serialize)]
#[diesel(table_name = widgets)]
pub(crate) struct Widget {
    pub(crate) id: i64,
    pub(crate) name: String,
}

diesel::table! {
    widgets (id) {
        id -> BigInt,
        name -> Text,
    }
}

#[cfg(feature = "mysql")]
#[diesel::declare_sql_function]
extern "SQL" {
    /// Returns the ID that the last insert on this connection generated.
    fn last_insert_id() -> BigInt;
}

impl Store {
    /// Creates a store of the widgets in this database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    pub(crate) async fn list(&self) -> Result<Vec<Widget>, DatabaseError> {
        with_connections!(&self.database, connections => {
            run(connections, |connection| {
                widgets::table
                    .order(widgets::id)
                    .select(Widget::as_select())
                    .load(connection)
            })
            .await
        })
    }

    pub(crate) async fn add(&self, name: WidgetName) -> Result<Widget, DatabaseError> {
        let insert =
            diesel::insert_into(widgets::table).values(widgets::name.eq(name.into_string()));
        match &self.database {
            Database::Sqlite(connections) => {
                let insert = insert.returning(Widget::as_returning());
                run(connections, |connection| insert.get_result(connection)).await
            }
            #[cfg(feature = "postgres")]
            Database::Postgres(connections) => {
                let insert = insert.returning(Widget::as_returning());
                run(connections, |connection| insert.get_result(connection)).await
            }
            // MySQL has no `INSERT .. RETURNING`.
            #[cfg(feature = "mysql")]
            Database::Mysql(connections) => {
                run(connections, |connection| {
                    insert.execute(connection)?;
                    widgets::table
                        .find(last_insert_id())
                        .select(Widget::as_select())
                        .first(connection)
                })
                .await
            }
        }
    }

    pub(crate) async fn find(&self, id: i64) -> Result<Option<Widget>, DatabaseError> {
        with_connections!(&self.database, connections => {
            run(connections, move |connection| {
                widgets::table
                    .find(id)
                    .select(Widget::as_select())
                    .first(connection)
                    .optional()
            })
            .await
        })
    }

    pub(crate) async fn rename(
        &self,
        id: i64,
        name: WidgetName,
    ) -> Result<Option<Widget>, DatabaseError> {
        let name = name.into_string();
        let rename = diesel::update(widgets::table.find(id)).set(widgets::name.eq(name.clone()));
        let renamed = with_connections!(&self.database, connections => {
            run(connections, |connection| rename.execute(connection)).await?
        });
        Ok((renamed > 0).then_some(Widget { id, name }))
    }

    /// Removes a widget. Returns `false` if it does not exist.
    pub(crate) async fn remove(&self, id: i64) -> Result<bool, DatabaseError> {
        let remove = diesel::delete(widgets::table.find(id));
        let removed = with_connections!(&self.database, connections => {
            run(connections, |connection| remove.execute(connection)).await?
        });
        Ok(removed > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DatabaseUrl;

    async fn store(test: &str) -> Store {
        let url = DatabaseUrl::Sqlite(format!("file:/{test}?vfs=memdb"));
        Store::new(
            Database::open(&url)
                .await
                .expect("a database in memory opens"),
        )
    }

    fn name(text: &str) -> WidgetName {
        WidgetName::try_from(text.to_owned()).expect("a valid name")
    }

    #[actix_web::test]
    async fn widget_is_added_found_renamed_and_removed() -> Result<(), DatabaseError> {
        let store = store("changes").await;
        let widget = store.add(name("gear")).await?;
        assert_eq!(store.find(widget.id).await?.as_ref(), Some(&widget));

        let renamed = store.rename(widget.id, name("cog")).await?;
        assert_eq!(renamed.map(|widget| widget.name).as_deref(), Some("cog"));

        assert!(store.remove(widget.id).await?);
        assert_eq!(store.find(widget.id).await?, None);
        Ok(())
    }

    #[actix_web::test]
    async fn unknown_widget_is_neither_renamed_nor_removed() -> Result<(), DatabaseError> {
        let store = store("unknown").await;
        assert_eq!(store.rename(7, name("cog")).await?, None);
        assert!(!store.remove(7).await?);
        Ok(())
    }

    #[actix_web::test]
    async fn id_of_a_removed_widget_is_not_reused() -> Result<(), DatabaseError> {
        let store = store("ids").await;
        let first = store.add(name("gear")).await?;
        store.remove(first.id).await?;
        let second = store.add(name("gear")).await?;
        assert_ne!(first.id, second.id);
        Ok(())
    }

    #[actix_web::test]
    async fn concurrent_tasks_share_the_database_in_memory() -> Result<(), DatabaseError> {
        let store = store("concurrent").await;
        let adding: Vec<_> = (0..50)
            .map(|number| {
                let store = store.clone();
                actix_web::rt::spawn(
                    async move { store.add(name(&format!("gear {number}"))).await },
                )
            })
            .collect();
        for added in adding {
            added.await.expect("the task does not panic")?;
        }
        assert_eq!(store.list().await?.len(), 50);
        Ok(())
    }
}
