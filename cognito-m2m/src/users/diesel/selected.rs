use diesel::backend::Backend;
use diesel::expression::{
    AppearsOnTable, Expression, KnownCastSqlTypeName, SelectableExpression, ValidGrouping,
};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::Text;

use super::key::KeyColumn;

/// The value of a key column without the blanks with which PostgreSQL pads it.
///
/// A column of type `char(n)`, or of a domain over it, is read with blanks up to the length `n`.
/// Diesel's schema does not distinguish it from `text` and `varchar`, whose blanks are part of the
/// value. A cast to `text` removes the padding of the former and leaves the latter unchanged
/// (PostgreSQL, section 8.3, "Character Types"). In other databases the cast changes no text.
#[derive(Clone, Copy, Debug, QueryId, ValidGrouping)]
pub struct SelectedKey<Column>(Column);

impl<Column> SelectedKey<Column> {
    /// Creates the expression that selects this column.
    pub(super) fn new(column: Column) -> Self {
        Self(column)
    }
}

impl<Column: Expression> Expression for SelectedKey<Column> {
    type SqlType = Column::SqlType;
}

impl<Column, Source> AppearsOnTable<Source> for SelectedKey<Column> where
    Column: AppearsOnTable<Source>
{
}

impl<Column, Source> SelectableExpression<Source> for SelectedKey<Column> where
    Column: SelectableExpression<Source>
{
}

impl<Column, Db> QueryFragment<Db> for SelectedKey<Column>
where
    Db: Backend,
    Text: KnownCastSqlTypeName<Db>,
    Column: Expression + QueryFragment<Db>,
    Column::SqlType: KeyColumn,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        if !Column::SqlType::MAY_BE_PADDED {
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
