//! The content of a row of the table `audit`. Acts are stored by their names, which never change.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{UnreadableRow, decoded, opened, sealed};
use crate::audit::AuditEntry;

const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct AuditV1<'a> {
    by: &'a str,
    act: &'a str,
    subject: &'a str,
    detail: &'a str,
}

/// Encodes an act without its time.
pub(in crate::store) fn pack_audit(entry: &AuditEntry) -> Vec<u8> {
    let AuditEntry { by, act, subject, detail, .. } = entry;
    sealed(VERSION, &AuditV1 { by, act: act.name(), subject, detail })
}

/// Decodes the act of a time.
pub(in crate::store) fn unpack_audit(time: Timestamp, body: &[u8]) -> Result<AuditEntry, UnreadableRow> {
    let (_, content) = opened(body, VERSION)?;
    let AuditV1 { by, act, subject, detail } = decoded(content)?;
    let act = act.parse().map_err(|_| UnreadableRow::Damaged)?;
    Ok(AuditEntry { time, by: by.to_owned(), act, subject: subject.to_owned(), detail: detail.to_owned() })
}
