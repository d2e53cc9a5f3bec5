//! The content of a row of the table `account`.

use app::actor::Role;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{UnreadableRow, decoded, opened, sealed, time};
use crate::auth::{Account, AccountName, PasswordHash};

const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct AccountV1 {
    role: RoleV1,
    password: PasswordHash,
    is_disabled: bool,
    created_s: i64,
    last_signed_in_s: Option<i64>,
}

#[derive(Serialize, Deserialize)]
enum RoleV1 {
    Viewer,
    Analyst,
    Admin,
}

/// Encodes an account without its name.
pub(in crate::store) fn pack_account(account: &Account) -> Vec<u8> {
    let role = match account.role {
        Role::Viewer => RoleV1::Viewer,
        Role::Analyst => RoleV1::Analyst,
        Role::Admin => RoleV1::Admin,
    };
    let row = AccountV1 {
        role,
        password: account.password.clone(),
        is_disabled: account.is_disabled,
        created_s: account.created.as_second(),
        last_signed_in_s: account.last_signed_in.map(Timestamp::as_second),
    };
    sealed(VERSION, &row)
}

/// Decodes the account of a name.
pub(in crate::store) fn unpack_account(name: AccountName, body: &[u8]) -> Result<Account, UnreadableRow> {
    let (_, content) = opened(body, VERSION)?;
    let row: AccountV1 = decoded(content)?;
    let role = match row.role {
        RoleV1::Viewer => Role::Viewer,
        RoleV1::Analyst => Role::Analyst,
        RoleV1::Admin => Role::Admin,
    };
    Ok(Account {
        name,
        role,
        is_disabled: row.is_disabled,
        created: time(row.created_s)?,
        last_signed_in: row.last_signed_in_s.map(time).transpose()?,
        password: row.password,
    })
}
