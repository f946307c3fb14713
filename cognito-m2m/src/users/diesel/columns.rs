//! The column and model arguments of `user_mapper!`, checked before the query is built from them.
//!
//! Without these checks, a mistake in an argument would be reported in terms of Diesel's traits,
//! several times. Each check has a type parameter for its result, which only its implementations
//! determine. If the check fails, the compiler reports it and does not know the result, so it
//! reports nothing about the code that uses the result.

use std::marker::PhantomData;

use diesel::associations::HasTable;
use diesel::backend::Backend;
use diesel::deserialize::FromSqlRow;
use diesel::dsl::AsSelect;
use diesel::query_builder::QueryId;
use diesel::sql_types::{Bool, Nullable};
use diesel::{Column, Expression, Selectable, SelectableExpression, SelectableHelper};

use super::key::{KeyColumn, KeyOfType};
use super::selected::SelectedKey;

/// Returns the column that identifies a user.
pub fn key_column<C, Checked>(column: C) -> UserKey<C, C::Table, Checked>
where
    C: TableColumn,
    C::SqlType: KeyType<Checked>,
{
    UserKey {
        column,
        types: PhantomData,
    }
}

/// The column that identifies a user, its table, and the type of its values.
pub struct UserKey<C, Table, Key> {
    column: C,
    types: PhantomData<fn() -> (Table, Key)>,
}

/// The column that contains whether a user is active.
#[derive(Clone, Copy)]
pub struct ActiveFlag<C> {
    column: C,
}

/// The model of a user. `Loaded` is a [`Model`].
pub struct UserModel<Loaded> {
    select: fn() -> Loaded,
}

/// A user type, and the expression that selects its columns.
pub struct Model<User, Selection> {
    selection: Selection,
    user: PhantomData<fn() -> User>,
}

impl<C, Table, Key> UserKey<C, Table, Key> {
    /// Returns the column that contains whether a user is active.
    pub fn active<A, Flag, InTable>(self, column: A) -> ActiveFlag<InTable>
    where
        A: TableColumn,
        A::SqlType: FlagType<A, Flag>,
        A::Table: SameTable<Table, Flag, InTable>,
    {
        ActiveFlag {
            column: A::Table::in_table(A::SqlType::flag(column)),
        }
    }

    /// Returns the model `User`.
    pub fn user<User, DB, Loaded>(self) -> UserModel<Loaded>
    where
        User: LoadedFrom<Table, DB, Loaded>,
    {
        UserModel {
            select: User::select,
        }
    }

    /// Returns the table.
    pub fn table(self) -> Table
    where
        Table: HasTable<Table = Table>,
    {
        Table::table()
    }

    /// Returns the column.
    pub fn column(self) -> C {
        self.column
    }

    /// Returns the expression that selects the value of the column.
    pub fn selection(self) -> SelectedKey<C, Key> {
        SelectedKey::new(self.column)
    }
}

impl<C> ActiveFlag<C> {
    /// Returns the column.
    pub fn column(self) -> C {
        self.column
    }
}

impl<User, Selection> UserModel<Model<User, Selection>> {
    /// Returns the expression that selects the columns of the model.
    pub fn selection(self) -> Selection {
        (self.select)().selection
    }
}

impl<C: Copy, Table, Key> Clone for UserKey<C, Table, Key> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C: Copy, Table, Key> Copy for UserKey<C, Table, Key> {}

impl<Loaded> Clone for UserModel<Loaded> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Loaded> Copy for UserModel<Loaded> {}

/// The arguments of a query, and the types that follow from them.
pub trait Columns: Copy + Send + Sync + 'static {
    /// The type of the values to look up.
    type Key;

    /// The type of the rows that the query returns.
    type Row;
}

impl<C, Table, S, User, Selection> Columns
    for (
        UserKey<C, Table, KeyOfType<S>>,
        UserModel<Model<User, Selection>>,
    )
where
    C: Copy + Send + Sync + 'static,
    Table: 'static,
    S: KeyColumn + 'static,
    User: 'static,
    Selection: 'static,
{
    type Key = S::Key;
    type Row = (Option<S::Key>, User);
}

impl<C, Table, S, A, User, Selection> Columns
    for (
        UserKey<C, Table, KeyOfType<S>>,
        ActiveFlag<A>,
        UserModel<Model<User, Selection>>,
    )
where
    C: Copy + Send + Sync + 'static,
    Table: 'static,
    S: KeyColumn + 'static,
    A: Copy + Send + Sync + 'static,
    User: 'static,
    Selection: 'static,
{
    type Key = S::Key;
    type Row = (Option<S::Key>, Option<bool>, User);
}

/// A column of a table.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a column of a table",
    label = "expected a column such as `users::username`"
)]
pub trait TableColumn {
    /// The SQL type of the column.
    type SqlType;

    /// The table of the column.
    type Table;
}

#[diagnostic::do_not_recommend]
impl<C> TableColumn for C
where
    C: Column + Copy,
    C::Table: HasTable<Table = C::Table>,
{
    type SqlType = C::SqlType;
    type Table = C::Table;
}

/// A SQL type of columns that can identify a user.
#[diagnostic::on_unimplemented(
    message = "a column of the SQL type `{Self}` cannot identify a user",
    label = "this column has the SQL type `{Self}`",
    note = "use a text, integer or UUID column, nullable or not (UUID requires the feature `diesel-uuid`)"
)]
pub trait KeyType<Checked> {}

#[diagnostic::do_not_recommend]
impl<S: KeyColumn> KeyType<KeyOfType<S>> for S {}

impl<S: Never> KeyType<Refused> for S {}

/// A SQL type of columns that can contain whether a user is active.
#[diagnostic::on_unimplemented(
    message = "a column of the SQL type `{Self}` cannot contain whether a user is active",
    label = "this column has the SQL type `{Self}`",
    note = "the argument `active` needs a column of the SQL type `Bool`, nullable or not"
)]
pub trait FlagType<C, Checked> {
    /// Returns the column.
    fn flag(column: C) -> Checked;
}

impl<C> FlagType<C, C> for Bool {
    fn flag(column: C) -> C {
        column
    }
}

impl<C> FlagType<C, C> for Nullable<Bool> {
    fn flag(column: C) -> C {
        column
    }
}

/// A table that is the same as `Table`.
#[diagnostic::on_unimplemented(
    message = "the columns of a user mapper must be in the same table",
    label = "this column is in `{Self}`, and the column that identifies a user is in `{Table}`"
)]
pub trait SameTable<Table, C, Checked> {
    /// Returns the column.
    fn in_table(column: C) -> Checked;
}

impl<Table, C> SameTable<Table, C, C> for Table {
    fn in_table(column: C) -> C {
        column
    }
}

/// A model whose columns are in `Table`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be loaded from `{Table}`, the table of the column that identifies a user",
    label = "expected a model with `#[derive(Queryable, Selectable)]` and the name of that table in `#[diesel(table_name = ..)]`"
)]
pub trait LoadedFrom<Table, DB, Loaded> {
    /// Returns the model with the expression that selects its columns.
    fn select() -> Loaded;
}

#[diagnostic::do_not_recommend]
impl<User, Table, DB> LoadedFrom<Table, DB, Model<User, AsSelect<User, DB>>> for User
where
    DB: Backend,
    User: Selectable<DB> + FromSqlRow<<User::SelectExpression as Expression>::SqlType, DB>,
    User::SelectExpression: SelectableExpression<Table> + QueryId,
{
    fn select() -> Model<User, AsSelect<User, DB>> {
        Model {
            selection: User::as_select(),
            user: PhantomData,
        }
    }
}

impl<User: Never, Table, DB> LoadedFrom<Table, DB, Refused> for User {
    fn select() -> Refused {
        User::refused()
    }
}

/// The result of a check that fails.
pub enum Refused {}

/// A trait without implementations.
///
/// For a check with one implementation, the compiler would assume its result, although the
/// conditions of the implementation do not hold. A second implementation, for the types of this
/// trait, prevents that.
pub trait Never {
    /// Cannot be called.
    fn refused() -> Refused;
}
