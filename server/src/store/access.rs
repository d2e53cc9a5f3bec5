//! API keys of programs and accounts of people.

use surrealdb::types::{Bytes, RecordId, SurrealValue};
use tracing::error;

use super::{
    Store, StoreError, UnreadableRow,
    keys::{first_part, keyed},
    rows::{pack_account, pack_api_key, unpack_account, unpack_api_key},
};
use crate::auth::{Account, ApiKey};

/// A row of the table `api_key` or `account`, whose key has one part.
#[derive(Debug, SurrealValue)]
pub(super) struct AccessRow {
    pub(super) id: RecordId,
    body: Bytes,
}

impl AccessRow {
    pub(super) fn api_key(&self) -> Result<ApiKey, UnreadableRow> {
        unpack_api_key(first_part(&self.id).ok_or(UnreadableRow::Damaged)?, &self.body)
    }

    pub(super) fn account(&self) -> Result<Account, UnreadableRow> {
        let name: String = first_part(&self.id).ok_or(UnreadableRow::Damaged)?;
        unpack_account(name.parse().map_err(|_| UnreadableRow::Damaged)?, &self.body)
    }
}

const PUT: &str = "UPSERT $id SET body = $body RETURN NONE";

impl Store {
    /// Returns every API key. One that cannot be read is logged and opens nothing.
    pub async fn api_keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        let rows: Vec<AccessRow> = self.query("SELECT * FROM api_key").await?.await?.check()?.take(0)?;
        Ok(readable(&rows, AccessRow::api_key))
    }

    /// Returns every account. One that cannot be read is logged and opens nothing.
    pub async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let rows: Vec<AccessRow> = self.query("SELECT * FROM account").await?.await?.check()?.take(0)?;
        Ok(readable(&rows, AccessRow::account))
    }

    /// Stores an API key, in place of the one with its id.
    pub async fn put_api_key(&self, key: &ApiKey) -> Result<(), StoreError> {
        let id = keyed("api_key", key.id.clone());
        self.query(PUT).await?.bind(("id", id)).bind(("body", Bytes::from(pack_api_key(key)))).await?.check()?;
        Ok(())
    }

    /// Stores an account, in place of the one of its name.
    pub async fn put_account(&self, account: &Account) -> Result<(), StoreError> {
        let id = keyed("account", account.name.as_str().to_owned());
        self.query(PUT).await?.bind(("id", id)).bind(("body", Bytes::from(pack_account(account)))).await?.check()?;
        Ok(())
    }

    /// Deletes an API key, if it is stored.
    pub async fn delete_api_key(&self, id: &str) -> Result<(), StoreError> {
        let id = keyed("api_key", id.to_owned());
        self.query("DELETE $id RETURN NONE").await?.bind(("id", id)).await?.check()?;
        Ok(())
    }
}

/// Returns what can be read of rows, and logs the rest.
fn readable<T>(rows: &[AccessRow], read: impl Fn(&AccessRow) -> Result<T, UnreadableRow>) -> Vec<T> {
    let logged =
        |row| read(row).inspect_err(|reason| error!(row = ?row.id, %reason, "a key or account cannot be read"));
    rows.iter().filter_map(|row| logged(row).ok()).collect()
}
