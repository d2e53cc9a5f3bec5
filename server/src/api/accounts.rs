//! `/api/v1/accounts`: the accounts of people.

use app::actor::Role;
use axum::{
    extract::State,
    http::{Method, StatusCode},
};
use jiff::Timestamp;
use serde::Serialize;
use shared::error::Error;

use super::{
    extract::{Caller, Json, Path},
    fields::Fields,
    problem::Problem,
    routes::Routes,
};
use crate::{
    auth::{Account, AccountChange, AccountName},
    service::Service,
};

pub(super) fn routes() -> Routes {
    Routes::default().add(Method::GET, "/api/v1/accounts", list).add(Method::POST, "/api/v1/accounts", add).add(
        Method::PATCH,
        "/api/v1/accounts/{name}",
        change,
    )
}

/// An account without its password.
#[derive(Debug, Serialize)]
struct AccountBody {
    name: String,
    role: Role,
    disabled: bool,
    created: Timestamp,
    last_signed_in: Option<Timestamp>,
}

impl From<Account> for AccountBody {
    fn from(account: Account) -> Self {
        let Account { name, role, is_disabled, created, last_signed_in, .. } = account;
        Self { name: name.to_string(), role, disabled: is_disabled, created, last_signed_in }
    }
}

#[derive(Debug, Serialize)]
struct AccountsAnswer {
    accounts: Vec<AccountBody>,
}

/// A new account with its password, which nobody can read again.
#[derive(Debug, Serialize)]
struct AddedAnswer {
    #[serde(flatten)]
    account: AccountBody,
    password: String,
}

/// Lists the accounts.
async fn list(Caller(actor): Caller, State(service): State<Service>) -> Result<Json<AccountsAnswer>, Problem> {
    let accounts = service.authenticator().accounts().list(&actor)?;
    Ok(Json(AccountsAnswer { accounts: accounts.into_iter().map(Into::into).collect() }))
}

/// Makes an account with a generated password.
async fn add(
    Caller(actor): Caller,
    State(service): State<Service>,
    mut body: Fields,
) -> Result<(StatusCode, Json<AddedAnswer>), Problem> {
    let asked = body.required::<String>("name").zip(body.required("role"));
    let (name, role) = body.checked(asked)?;
    let accounts = service.authenticator().accounts();
    let added = accounts.add(&actor, &name, role, Timestamp::now()).await;
    let (account, password) = added.map_err(Problem::of_fields)?;
    Ok((StatusCode::CREATED, Json(AddedAnswer { account: account.into(), password })))
}

/// Changes an account.
async fn change(
    Caller(actor): Caller,
    State(service): State<Service>,
    Path(name): Path<String>,
    mut body: Fields,
) -> Result<Json<AccountBody>, Problem> {
    let name: AccountName = name.parse().map_err(|_| Error::NotFound("this account".to_owned()))?;
    let change = AccountChange {
        role: body.optional("role"),
        is_disabled: body.optional("disabled"),
        password: body.optional("password"),
    };
    let change = body.checked(Some(change))?;
    let changed = service.authenticator().change_account(&actor, &name, change).await;
    Ok(Json(changed.map_err(Problem::of_fields)?.into()))
}
