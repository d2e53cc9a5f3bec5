//! An examination of the whole database.

use shared::{
    notices::Notices,
    population::{PartId, Population},
};
use surrealdb::types::{Bytes, RecordId, SurrealValue};

use super::{
    Store, StoreError,
    access::AccessRow,
    alerts::AlertRow,
    audit::AuditRow,
    checkpoint::{HourRow, PartRow},
    import_jobs::ImportJobRow,
    keys::first_part,
    minutes::MinuteRow,
    models::{CalibrationRow, ModelRow},
    profiles::ProfileRow,
    rows::{unpack_events, unpack_state_before},
    suppressions::SuppressionRow,
};

/// What is wrong with a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was found.
    pub what: String,
    /// What to do.
    pub cure: &'static str,
}

/// The number of rows of a table, or what is wrong with it.
pub type Examined = (&'static str, Result<usize, Finding>);

const RESTORE: &str = "restore a copy of the database, or start with --accept-loss to go on without these events";
const ANEW: &str = "nothing need be done: what cannot be read starts anew; a copy of the database has it as it was";
const MISSING: &str = "nothing need be done: these events are missing on pages; a copy of the database has them";
const UNEXPLAINED: &str = "nothing need be done: events that were scored by these are explained by what is in force now; a \
                           copy of the database has them";
const UNLISTED: &str = "nothing need be done: these imports are not listed any more; what they took is there";
const NO_ALERT: &str = "nothing need be done: these alerts are missing on pages; a copy of the database has them";
const NO_EVIDENCE: &str =
    "nothing need be done: the state before the events of these alerts is missing; a copy of the database has it";
const NO_SUPPRESSION: &str = "make these suppressions again: until then, the events that they covered raise alerts";
const UNLISTED_ACTS: &str = "a copy of the database has these acts; what they changed is in force";
const NO_ACCESS: &str =
    "nobody gets in by these: make others by `uba keys` and `uba accounts`, or restore a copy of the database";

/// A row whose body holds events.
#[derive(Debug, SurrealValue)]
struct EventsRow {
    id: RecordId,
    body: Bytes,
}

impl EventsRow {
    fn is_sound(&self) -> bool {
        unpack_events(&self.body).is_ok_and(|events| events.iter().all(|(_, event)| event.unpack().is_ok()))
    }
}

impl Store {
    /// Reads every row once.
    pub async fn examine(&self) -> Vec<Examined> {
        vec![
            ("log", self.examine_log().await),
            ("segment", found(self.examine_events("SELECT * FROM segment").await, MISSING)),
            ("minute", found(self.examine_minutes().await, MISSING)),
            ("anomaly", found(self.examine_events("SELECT * FROM anomaly").await, MISSING)),
            ("profile", found(self.examine_profiles().await, ANEW)),
            ("population", found(self.examine_population().await, ANEW)),
            ("notice", found(self.examine_notices().await, ANEW)),
            ("rollup", found(self.examine_hours().await, ANEW)),
            ("model", found(self.examine_models().await, UNEXPLAINED)),
            ("calibration", found(self.examine_calibrations().await, UNEXPLAINED)),
            ("audit", found(self.examine_acts().await, UNLISTED_ACTS)),
            ("import_job", found(self.examine_imports().await, UNLISTED)),
            ("alert", found(self.examine_alerts().await, NO_ALERT)),
            ("alert_evidence", found(self.examine_evidence().await, NO_EVIDENCE)),
            ("suppression", found(self.examine_suppressions().await, NO_SUPPRESSION)),
            (
                "api_key",
                found(self.examine_access("SELECT * FROM api_key", |row| row.api_key().is_ok()).await, NO_ACCESS),
            ),
            (
                "account",
                found(self.examine_access("SELECT * FROM account", |row| row.account().is_ok()).await, NO_ACCESS),
            ),
        ]
    }

    /// Reads the log after the marker, and compares its end with the events that were acknowledged.
    async fn examine_log(&self) -> Result<usize, Finding> {
        let lost = |reason: StoreError| Finding { what: reason.to_string(), cure: RESTORE };
        let marker = self.marker().await.map_err(lost)?;
        let (mut next, mut rows) = (marker.map_or(0, |marker| marker.sequence), 0);
        loop {
            let page = self.commits_from(next).await.map_err(lost)?;
            let Some(end) = page.last().map(|row| row.first + row.events.len() as u64) else { break };
            if let Some(odd) = page.iter().find(|row| row.events.iter().any(|event| event.unpack().is_err())) {
                return Err(Finding { what: format!("the row {} cannot be read", odd.first), cure: RESTORE });
            }
            next = end;
            rows += page.len();
        }
        self.compare(next).await.map_err(lost)?;
        Ok(rows)
    }

    async fn examine_events(&self, statement: &'static str) -> Result<Rows, StoreError> {
        let rows: Vec<EventsRow> = self.query(statement).await?.await?.check()?.take(0)?;
        Ok(Rows::of(&rows, |row| &row.id, EventsRow::is_sound))
    }

    async fn examine_minutes(&self) -> Result<Rows, StoreError> {
        let rows: Vec<MinuteRow> = self.query("SELECT * FROM minute").await?.await?.check()?.take(0)?;
        Ok(Rows::of(&rows, |row| &row.id, MinuteRow::is_sound))
    }

    async fn examine_profiles(&self) -> Result<Rows, StoreError> {
        let rows: Vec<ProfileRow> = self.query("SELECT * FROM profile").await?.await?.check()?.take(0)?;
        Ok(Rows::of(&rows, |row| &row.id, ProfileRow::is_sound))
    }

    async fn examine_population(&self) -> Result<Rows, StoreError> {
        let rows: Vec<PartRow> = self.query("SELECT * FROM population").await?.await?.check()?.take(0)?;
        let part = |row: &PartRow| {
            let index: i64 = first_part(&row.id)?;
            PartId::from_index(usize::try_from(index).ok()?)
        };
        let is_sound =
            |row: &PartRow| part(row).is_some_and(|part| Population::from_parts([(part, row.body.as_ref())]).is_ok());
        Ok(Rows::of(&rows, |row| &row.id, is_sound))
    }

    async fn examine_notices(&self) -> Result<Rows, StoreError> {
        let rows: Vec<PartRow> = self.query("SELECT * FROM notice").await?.await?.check()?.take(0)?;
        let is_sound = |row: &PartRow| {
            row.notices_row().is_some_and(|number| Notices::default().read_row(number, &row.body).is_ok())
        };
        Ok(Rows::of(&rows, |row| &row.id, is_sound))
    }

    async fn examine_hours(&self) -> Result<Rows, StoreError> {
        let rows: Vec<HourRow> = self.query("SELECT * FROM rollup").await?.await?.check()?.take(0)?;
        Ok(Rows::of(&rows, |row| &row.id, HourRow::is_sound))
    }

    async fn examine_models(&self) -> Result<Rows, StoreError> {
        let rows: Vec<ModelRow> = self.query("SELECT * FROM model").await?.await?.check()?.take(0)?;
        Ok(Rows::of(&rows, |row| &row.id, ModelRow::is_sound))
    }

    async fn examine_calibrations(&self) -> Result<Rows, StoreError> {
        let rows: Vec<CalibrationRow> = self.query("SELECT * FROM calibration").await?.await?.check()?.take(0)?;
        Ok(Rows::of(&rows, |row| &row.id, CalibrationRow::is_sound))
    }

    async fn examine_acts(&self) -> Result<Rows, StoreError> {
        let rows: Vec<AuditRow> = self.query("SELECT * FROM audit").await?.await?.check()?.take(0)?;
        Ok(Rows::of(&rows, |row| &row.id, |row| row.entry().is_ok()))
    }

    async fn examine_imports(&self) -> Result<Rows, StoreError> {
        let rows: Vec<ImportJobRow> = self.query("SELECT * FROM import_job").await?.await?.check()?.take(0)?;
        Ok(Rows::of(&rows, |row| &row.id, |row| row.job().is_ok()))
    }

    async fn examine_alerts(&self) -> Result<Rows, StoreError> {
        let rows: Vec<AlertRow> = self.query("SELECT * FROM alert").await?.await?.check()?.take(0)?;
        Ok(Rows::of(&rows, |row| &row.id, |row| row.alert().is_ok_and(|alert| alert.event.unpack().is_ok())))
    }

    async fn examine_evidence(&self) -> Result<Rows, StoreError> {
        let rows: Vec<PartRow> = self.query("SELECT * FROM alert_evidence").await?.await?.check()?.take(0)?;
        Ok(Rows::of(&rows, |row| &row.id, |row| unpack_state_before(&row.body).is_ok()))
    }

    async fn examine_suppressions(&self) -> Result<Rows, StoreError> {
        let rows: Vec<SuppressionRow> = self.query("SELECT * FROM suppression").await?.await?.check()?.take(0)?;
        Ok(Rows::of(&rows, |row| &row.id, |row| row.stored().is_ok()))
    }

    async fn examine_access(
        &self,
        statement: &'static str,
        is_sound: fn(&AccessRow) -> bool,
    ) -> Result<Rows, StoreError> {
        let rows: Vec<AccessRow> = self.query(statement).await?.await?.check()?.take(0)?;
        Ok(Rows::of(&rows, |row| &row.id, is_sound))
    }
}

/// The rows of a table.
struct Rows {
    all: usize,
    /// The keys of those that cannot be read.
    odd: Vec<String>,
}

impl Rows {
    fn of<Row>(rows: &[Row], id: impl Fn(&Row) -> &RecordId, is_sound: impl Fn(&Row) -> bool) -> Self {
        let odd = rows.iter().filter(|row| !is_sound(row)).map(|row| format!("{:?}", id(row).key)).collect();
        Self { all: rows.len(), odd }
    }
}

fn found(rows: Result<Rows, StoreError>, cure: &'static str) -> Result<usize, Finding> {
    const SHOWN: usize = 3;
    match rows {
        Ok(Rows { all, odd }) if odd.is_empty() => Ok(all),
        Ok(Rows { all, odd }) => {
            let shown = odd.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
            Err(Finding { what: format!("{} of {all} rows cannot be read: {shown}", odd.len()), cure })
        }
        Err(reason) => Err(Finding { what: reason.to_string(), cure: "restore a copy of the database" }),
    }
}
