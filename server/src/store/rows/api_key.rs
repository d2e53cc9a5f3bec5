//! The content of a row of the table `api_key`.

use app::actor::KeyScope;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{UnreadableRow, decoded, opened, sealed, time};
use crate::auth::{ApiKey, SecretHash, api_keys::ReplacedSecret};

const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct ApiKeyV1<'a> {
    name: &'a str,
    hash: SecretHash,
    /// The hash of the secret before the last rotation, and the second until which it is taken.
    replaced: Option<(SecretHash, i64)>,
    scopes: Vec<KeyScopeV1>,
    created_s: i64,
    expires_s: Option<i64>,
    last_used_s: Option<i64>,
}

#[derive(Serialize, Deserialize)]
enum KeyScopeV1 {
    Score,
    Read,
    Manage,
}

/// Encodes a key without its id.
pub(in crate::store) fn pack_api_key(key: &ApiKey) -> Vec<u8> {
    let scope = |scope: &KeyScope| match scope {
        KeyScope::Score => KeyScopeV1::Score,
        KeyScope::Read => KeyScopeV1::Read,
        KeyScope::Manage => KeyScopeV1::Manage,
    };
    let row = ApiKeyV1 {
        name: &key.name,
        hash: key.hash.clone(),
        replaced: key.replaced.as_ref().map(|secret| (secret.hash.clone(), secret.until.as_second())),
        scopes: key.scopes.iter().map(scope).collect(),
        created_s: key.created.as_second(),
        expires_s: key.expires.map(Timestamp::as_second),
        last_used_s: key.last_used.map(Timestamp::as_second),
    };
    sealed(VERSION, &row)
}

/// Decodes the key with an id.
pub(in crate::store) fn unpack_api_key(id: String, body: &[u8]) -> Result<ApiKey, UnreadableRow> {
    let (_, content) = opened(body, VERSION)?;
    let row: ApiKeyV1 = decoded(content)?;
    let scope = |scope| match scope {
        KeyScopeV1::Score => KeyScope::Score,
        KeyScopeV1::Read => KeyScope::Read,
        KeyScopeV1::Manage => KeyScope::Manage,
    };
    let replaced = |(hash, until_s)| Ok(ReplacedSecret { hash, until: time(until_s)? });
    Ok(ApiKey {
        id,
        name: row.name.to_owned(),
        scopes: row.scopes.into_iter().map(scope).collect(),
        created: time(row.created_s)?,
        expires: row.expires_s.map(time).transpose()?,
        last_used: row.last_used_s.map(time).transpose()?,
        hash: row.hash,
        replaced: row.replaced.map(replaced).transpose()?,
    })
}
