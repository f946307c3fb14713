use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::expression::{
    AppearsOnTable, Expression, KnownCastSqlTypeName, SelectableExpression, ValidGrouping,
};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::Text;

use super::key::{KeyColumn, KeyOfType};

/// The value of a key column without the blanks with which PostgreSQL pads it.
///
/// A column of type `char(n)`, or of a domain over it, is read with blanks up to the length `n`.
/// Diesel's schema does not distinguish it from `text` and `varchar`, whose blanks are part of the
/// value. A cast to `text` removes the padding of the former and leaves the latter unchanged
/// (PostgreSQL, section 8.3, "Character Types"). In other databases the cast changes no text.
///
/// `Checked` is [`KeyOfType`] of the column's SQL type. As long as it is unknown, the compiler reports
/// nothing about the query.
pub struct SelectedKey<Column, Checked>(Column, PhantomData<fn() -> Checked>);

impl<Column, Checked> SelectedKey<Column, Checked> {
    /// Creates the expression that selects this column.
    pub(super) fn new(column: Column) -> Self {
        Self(column, PhantomData)
    }
}

impl<Column: Expression, Checked> Expression for SelectedKey<Column, Checked> {
    type SqlType = Column::SqlType;
}

impl<Column, Checked, Source> AppearsOnTable<Source> for SelectedKey<Column, Checked> where
    Column: AppearsOnTable<Source>
{
}

impl<Column, Checked, Source> SelectableExpression<Source> for SelectedKey<Column, Checked> where
    Column: SelectableExpression<Source>
{
}

impl<Column, Checked, GroupBy> ValidGrouping<GroupBy> for SelectedKey<Column, Checked>
where
    Column: ValidGrouping<GroupBy>,
{
    type IsAggregate = Column::IsAggregate;
}

impl<Column, Checked> QueryId for SelectedKey<Column, Checked>
where
    Column: QueryId,
    Checked: 'static,
{
    type QueryId = SelectedKey<Column::QueryId, Checked>;

    const HAS_STATIC_QUERY_ID: bool = Column::HAS_STATIC_QUERY_ID;
}

impl<Column, S, Db> QueryFragment<Db> for SelectedKey<Column, KeyOfType<S>>
where
    Db: Backend,
    Text: KnownCastSqlTypeName<Db>,
    Column: QueryFragment<Db>,
    S: KeyColumn,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        if !S::MAY_BE_PADDED {
            return self.0.walk_ast(out);
        }
        out.push_sql("CAST(");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(" AS ");
        out.push_sql(<Text as KnownCastSqlTypeName<Db>>::SQL_TYPE_NAME);
        out.push_sql(")");
        Ok(())
    }
}
