//! API keys of programs and accounts of people, and settings that people change.

use serde::Serialize;
use surrealdb::types::{Bytes, RecordId, SurrealValue};
use tracing::error;

use super::{
    Store, StoreError, UnreadableRow,
    audit::AuditRow,
    keys::{first_part, keyed},
    rows::{pack_account, pack_api_key, pack_setting, unpack_account, unpack_api_key},
};
use crate::{
    audit::AuditEntry,
    auth::{Account, ApiKey},
};

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
const PUT_AUDITED: &str = "
    BEGIN;
    UPSERT $id SET body = $body RETURN NONE;
    INSERT INTO audit $act RETURN NONE;
    COMMIT;";

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

    /// Stores an API key, in place of the one with its id, and the act that has changed it, if it is one.
    pub async fn put_api_key(&self, key: &ApiKey, act: Option<&AuditEntry>) -> Result<(), StoreError> {
        self.put_with(keyed("api_key", key.id.clone()), pack_api_key(key), act).await
    }

    /// Stores an account, in place of the one of its name, and the act that has changed it, if it is one.
    pub async fn put_account(&self, account: &Account, act: Option<&AuditEntry>) -> Result<(), StoreError> {
        self.put_with(keyed("account", account.name.as_str().to_owned()), pack_account(account), act).await
    }

    /// Stores a setting, in place of any before, and the act that has changed it.
    pub async fn set_by<T: Serialize>(&self, name: &str, content: &T, act: &AuditEntry) -> Result<(), StoreError> {
        self.put_with(RecordId::new("setting", name), pack_setting(content), Some(act)).await
    }

    /// Deletes an API key, if it is stored, and stores the act.
    pub async fn delete_api_key(&self, id: &str, act: &AuditEntry) -> Result<(), StoreError> {
        const DELETE: &str = "BEGIN; DELETE $id RETURN NONE; INSERT INTO audit $act RETURN NONE; COMMIT;";
        let query = self.query(DELETE).await?.bind(("id", keyed("api_key", id.to_owned())));
        query.bind(("act", AuditRow::of(act))).await?.check()?;
        Ok(())
    }

    async fn put_with(&self, id: RecordId, body: Vec<u8>, act: Option<&AuditEntry>) -> Result<(), StoreError> {
        let query = self.query(if act.is_some() { PUT_AUDITED } else { PUT }).await?;
        let query = query.bind(("id", id)).bind(("body", Bytes::from(body)));
        query.bind(("act", act.map(AuditRow::of))).await?.check()?;
        Ok(())
    }
}

/// Returns what can be read of rows, and logs the rest.
fn readable<T>(rows: &[AccessRow], read: impl Fn(&AccessRow) -> Result<T, UnreadableRow>) -> Vec<T> {
    let logged =
        |row| read(row).inspect_err(|reason| error!(row = ?row.id, %reason, "a key or account cannot be read"));
    rows.iter().filter_map(|row| logged(row).ok()).collect()
}
