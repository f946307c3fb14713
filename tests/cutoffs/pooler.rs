use cognito_m2m::cutoff::PostgresCutoffs;

use super::suite::{cutoffs_are_set_replaced_and_lifted, reasons_and_far_times_are_kept};
use crate::activity::pooler::Pooler;
use crate::activity::postgres::new_schema;

#[actix_web::test]
async fn cutoffs_work_behind_a_pooler_that_keeps_no_prepared_statements() {
    let name = "m2m_cutoff_pooler";
    let (_, _connection) = new_schema(name).await;
    let pooler = Pooler::start(name);
    let store = PostgresCutoffs::new(format!("postgres://postgres@{}/test", pooler.address));
    for _ in 0..2 {
        store.migrate().await.expect("the migration runs");
    }
    cutoffs_are_set_replaced_and_lifted(store.clone()).await;
    reasons_and_far_times_are_kept(store).await;
}
