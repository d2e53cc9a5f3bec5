//! Settings of the server itself, by name.

use serde::{Serialize, de::DeserializeOwned};
use surrealdb::types::{Bytes, SurrealValue};

use super::{
    Store, StoreError,
    rows::{pack_setting, unpack_setting},
};

#[derive(Debug, SurrealValue)]
struct SettingRow {
    body: Bytes,
}

impl Store {
    /// Returns a setting, if it is stored.
    pub async fn setting<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, StoreError> {
        const SETTING: &str = "SELECT body FROM ONLY type::record('setting', $name)";
        let mut response = self.query(SETTING).await?.bind(("name", name.to_owned())).await?.check()?;
        let row: Option<SettingRow> = response.take(0)?;
        let unreadable = |reason| StoreError::unreadable("setting", name, reason);
        row.map(|row| unpack_setting(&row.body).map_err(unreadable)).transpose()
    }

    /// Stores a setting, in place of any before.
    pub async fn set<T: Serialize>(&self, name: &str, content: &T) -> Result<(), StoreError> {
        const SET: &str = "UPSERT type::record('setting', $name) SET body = $body RETURN NONE";
        let query = self.query(SET).await?.bind(("name", name.to_owned()));
        query.bind(("body", Bytes::from(pack_setting(content)))).await?.check()?;
        Ok(())
    }

    /// Deletes a setting, if it is stored.
    pub async fn unset(&self, name: &str) -> Result<(), StoreError> {
        const UNSET: &str = "DELETE type::record('setting', $name) RETURN NONE";
        self.query(UNSET).await?.bind(("name", name.to_owned())).await?.check()?;
        Ok(())
    }
}
