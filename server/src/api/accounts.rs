//! `/api/v1/accounts`: the accounts of people.

use app::actor::{KeyScope, Role};
use axum::{
    extract::State,
    http::{Method, StatusCode},
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use shared::error::Error;
use utoipa::ToSchema;

use super::{
    extract::{Caller, Json, Path},
    fields::Fields,
    operation::Operation,
    problem::Problem,
    routes::Routes,
    schemas::RoleName,
};
use crate::{
    auth::{Account, AccountChange, AccountName},
    service::Service,
};

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(Method::GET, "/api/v1/accounts", list)
        .told(told("Lists the accounts.").answers::<AccountsAnswer>(StatusCode::OK, "The accounts"))
        .add(Method::POST, "/api/v1/accounts", add)
        .told(
            told("Makes an account with a generated password. A key must have every scope that the role has.")
                .takes::<NewAccountBody>(&[("application/json", json!({"name": "bob", "role": "analyst"}))])
                .answers::<AddedAnswer>(StatusCode::CREATED, "The account with its password"),
        )
        .add(Method::PATCH, "/api/v1/accounts/{name}", change)
        .told(
            told("Changes an account. A key must have every scope that the role has.")
                .in_path("name", "The name of the account", "admin")
                .takes::<ChangeBody>(&[("application/json", json!({"disabled": false}))])
                .answers::<AccountBody>(StatusCode::OK, "The account"),
        )
}

fn told(sentence: &'static str) -> Operation {
    Operation::new("Accounts", sentence).needs(KeyScope::Manage)
}

/// The body of a new account, as it is told.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the fields are read one by one")]
struct NewAccountBody {
    name: String,
    role: RoleName,
}

/// The body of a change, as it is told.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the fields are read one by one")]
struct ChangeBody {
    role: Option<RoleName>,
    disabled: Option<bool>,
    password: Option<String>,
}

/// An account without its password.
#[derive(Debug, Serialize, ToSchema)]
struct AccountBody {
    name: String,
    #[schema(value_type = RoleName)]
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

#[derive(Debug, Serialize, ToSchema)]
struct AccountsAnswer {
    accounts: Vec<AccountBody>,
}

/// A new account with its password, which nobody can read again.
#[derive(Debug, Serialize, ToSchema)]
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
