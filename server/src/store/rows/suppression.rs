//! The content of a row of the table `suppression`, without the count beside it.

use serde::{Deserialize, Serialize};
use shared::{
    alerting::{AlertKind, Suppression, SuppressionScope},
    event::UserId,
};

use super::{UnreadableRow, decoded, opened, sealed, time};

const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct SuppressionV1<'a> {
    user: Option<&'a str>,
    department: Option<&'a str>,
    role: Option<&'a str>,
    kind: Option<&'a str>,
    feature: Option<&'a str>,
    network: Option<String>,
    reason: &'a str,
    author: &'a str,
    created_s: i64,
    expires_s: i64,
}

/// Encodes a suppression.
pub(in crate::store) fn pack_suppression(suppression: &Suppression) -> Vec<u8> {
    let Suppression { scope, reason, author, created, expires } = suppression;
    let row = SuppressionV1 {
        user: scope.user.as_ref().map(UserId::as_str),
        department: scope.department.as_deref(),
        role: scope.role.as_deref(),
        kind: scope.kind.map(AlertKind::name),
        feature: scope.feature.as_deref(),
        network: scope.network.map(|network| network.to_string()),
        reason,
        author,
        created_s: created.as_second(),
        expires_s: expires.as_second(),
    };
    sealed(VERSION, &row)
}

/// Decodes a suppression.
pub(in crate::store) fn unpack_suppression(body: &[u8]) -> Result<Suppression, UnreadableRow> {
    let (_, content) = opened(body, VERSION)?;
    let row: SuppressionV1 = decoded(content)?;
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let scope = SuppressionScope {
        user: row.user.map(str::parse).transpose().map_err(|_| UnreadableRow::Damaged)?,
        department: owned(row.department),
        role: owned(row.role),
        kind: row.kind.map(str::parse).transpose().map_err(|_| UnreadableRow::Damaged)?,
        feature: owned(row.feature),
        network: row.network.as_deref().map(str::parse).transpose().map_err(|_| UnreadableRow::Damaged)?,
    };
    Ok(Suppression {
        scope,
        reason: row.reason.to_owned(),
        author: row.author.to_owned(),
        created: time(row.created_s)?,
        expires: time(row.expires_s)?,
    })
}
