//! One page a file.

pub mod account;
pub mod alert;
pub mod alerts;
pub mod dashboard;
pub mod home;
pub mod login;
pub mod model;
pub mod not_found;
pub mod predict;
pub mod user;
pub mod users;

pub use self::{
    account::AccountPage, alert::AlertPage, alerts::AlertsPage, dashboard::DashboardPage, home::HomePage,
    login::LoginPage, model::ModelPage, not_found::NotFoundPage, predict::PredictPage, user::UserPage,
    users::UsersPage,
};
