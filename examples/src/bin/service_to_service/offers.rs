//! The API that calls: its handlers hold no token code.

use actix_web::{
    Responder, Result,
    error::ErrorBadGateway,
    get,
    web::{Data, Json, Path, ServiceConfig},
};
use cognito_m2m::client::AuthorizedClient;
use serde_json::{Value, json};

/// The other API, as this one sees it. Clones share the token.
#[derive(Clone)]
pub(crate) struct Stocks {
    client: AuthorizedClient,
    origin: String,
}

impl Stocks {
    pub(crate) fn new(client: AuthorizedClient, origin: String) -> Self {
        Self { client, origin }
    }

    async fn left(&self, item: &str) -> Result<u64> {
        let url = format!("{}/stocks/{item}", self.origin);
        let answer = self.client.get(&url).send().await;
        let answer = answer.map_err(ErrorBadGateway)?;
        if !answer.status().is_success() {
            return Err(ErrorBadGateway(answer.status()));
        }
        let body = answer.bytes().await.map_err(ErrorBadGateway)?;
        let stock: Value = serde_json::from_slice(&body)?;
        let left = stock.get("left").and_then(Value::as_u64);
        left.ok_or_else(|| ErrorBadGateway("expected a stock"))
    }
}

pub(crate) fn routes(app: &mut ServiceConfig, stocks: &Stocks) {
    app.app_data(Data::new(stocks.clone())).service(offer);
}

#[get("/offers/{item}")]
async fn offer(stocks: Data<Stocks>, item: Path<String>) -> Result<impl Responder> {
    let left = stocks.left(&item).await?;
    Ok(Json(json!({ "item": *item, "is_available": left > 0 })))
}
