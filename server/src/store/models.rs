//! The models and calibrations by which events were scored, by their versions.

use std::sync::Arc;

use shared::{calibration::Calibration, model::Model};
use surrealdb::types::{Bytes, RecordId, SurrealValue};
use tracing::error;

use super::{
    Store, StoreError,
    keys::{Keyed, keyed},
};

/// A row of the table `calibration`, `[version in hexadecimal digits]`.
#[derive(Debug, SurrealValue)]
pub(super) struct CalibrationRow {
    pub(super) id: RecordId,
    body: Bytes,
}

/// A row of the table `model`, `[version]`; its body is the model's file.
#[derive(Debug, SurrealValue)]
pub(super) struct ModelRow {
    pub(super) id: RecordId,
    body: Bytes,
}

impl Keyed for CalibrationRow {
    type Part = String;

    fn id(&self) -> &RecordId {
        &self.id
    }
}

impl CalibrationRow {
    fn key(version: u64) -> RecordId {
        keyed("calibration", format!("{version:016x}"))
    }

    pub(super) fn of((version, calibration): &(u64, Arc<Calibration>)) -> Self {
        Self { id: Self::key(*version), body: calibration.to_bytes().into() }
    }

    /// Returns whether the calibration can be read.
    pub(super) fn is_sound(&self) -> bool {
        Calibration::from_bytes(&self.body).is_ok()
    }
}

impl ModelRow {
    fn key(version: &str) -> RecordId {
        keyed("model", version.to_owned())
    }

    /// Returns whether the model can be read.
    pub(super) fn is_sound(&self) -> bool {
        serde_json::from_slice::<Model>(&self.body).is_ok()
    }
}

impl Store {
    /// Keeps a model, unless it is kept already.
    ///
    /// # Panics
    ///
    /// Never: a model is plain data.
    pub async fn keep_model(&self, version: &str, model: &Model) -> Result<(), StoreError> {
        const IS_KEPT: &str = "SELECT VALUE id FROM $id";
        const KEEP: &str = "UPSERT $id SET body = $body RETURN NONE";
        let id = ModelRow::key(version);
        let kept: Vec<RecordId> = self.query(IS_KEPT).await?.bind(("id", id.clone())).await?.check()?.take(0)?;
        if kept.is_empty() {
            let body = serde_json::to_vec(model).expect("a model is plain data");
            self.query(KEEP).await?.bind(("id", id)).bind(("body", Bytes::from(body))).await?.check()?;
        }
        Ok(())
    }

    /// Returns the model of a version, if it is kept. One that cannot be read is logged.
    pub async fn model(&self, version: &str) -> Result<Option<Model>, StoreError> {
        const MODEL: &str = "SELECT * FROM ONLY $id";
        let mut response = self.query(MODEL).await?.bind(("id", ModelRow::key(version))).await?.check()?;
        let row: Option<ModelRow> = response.take(0)?;
        Ok(row.and_then(|row| {
            let model = serde_json::from_slice(&row.body);
            model.inspect_err(|reason| error!(row = ?row.id, %reason, "a model cannot be read")).ok()
        }))
    }

    /// Returns the calibration of a version, if it is kept. One that cannot be read is logged.
    pub async fn calibration(&self, version: u64) -> Result<Option<Calibration>, StoreError> {
        const CALIBRATION: &str = "SELECT * FROM ONLY $id";
        let id = CalibrationRow::key(version);
        let row: Option<CalibrationRow> = self.query(CALIBRATION).await?.bind(("id", id)).await?.check()?.take(0)?;
        Ok(row.and_then(|row| {
            let calibration = Calibration::from_bytes(&row.body);
            calibration.inspect_err(|reason| error!(row = ?row.id, %reason, "a calibration cannot be read")).ok()
        }))
    }
}
