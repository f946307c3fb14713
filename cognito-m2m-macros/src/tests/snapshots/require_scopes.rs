#[require_scopes(scopes::READ)]
#[get("/widgets/{id}")]
pub async fn show<S>(store: Data<S>, id: Path<u64>) -> Result<Json<Widget>, S::Error>
where
    S: Store,
{
    store.load(*id).await
}
