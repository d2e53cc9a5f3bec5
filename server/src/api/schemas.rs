//! The schemas of types that are not of the API alone.

use app::actor::{KeyScope, Role};
use shared::{
    event::{Action, Device, Outcome},
    formats::Format,
    severity::Severity,
};
use strum::VariantArray as _;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{ObjectBuilder, Type},
    },
};

/// Makes the schema of a text that is one of some names.
fn one_of(names: impl IntoIterator<Item = impl Into<String>>) -> RefOr<Schema> {
    let names = names.into_iter().map(Into::into);
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names.collect::<Vec<String>>())).into()
}

/// The name of an action.
pub(super) struct ActionName;

impl ToSchema for ActionName {}

impl PartialSchema for ActionName {
    fn schema() -> RefOr<Schema> {
        one_of(Action::VARIANTS.iter().map(|action| action.name()))
    }
}

/// The name of a kind of device.
pub(super) struct DeviceName;

impl ToSchema for DeviceName {}

impl PartialSchema for DeviceName {
    fn schema() -> RefOr<Schema> {
        one_of(Device::VARIANTS.iter().map(|device| device.name()))
    }
}

/// The name of an outcome.
pub(super) struct OutcomeName;

impl ToSchema for OutcomeName {}

impl PartialSchema for OutcomeName {
    fn schema() -> RefOr<Schema> {
        one_of([Outcome::Success, Outcome::Failure].map(Outcome::name))
    }
}

/// The name of a severity.
pub(super) struct SeverityName;

impl ToSchema for SeverityName {}

impl PartialSchema for SeverityName {
    fn schema() -> RefOr<Schema> {
        one_of([Severity::Low, Severity::Medium, Severity::High, Severity::Critical].map(Severity::name))
    }
}

/// The name of a format of records.
pub(super) struct FormatName;

impl ToSchema for FormatName {}

impl PartialSchema for FormatName {
    fn schema() -> RefOr<Schema> {
        one_of(Format::VARIANTS.iter().map(|format| format.name()))
    }
}

/// The name of a role of people.
pub(super) struct RoleName;

impl ToSchema for RoleName {}

impl PartialSchema for RoleName {
    fn schema() -> RefOr<Schema> {
        one_of(Role::VARIANTS.iter().map(Role::to_string))
    }
}

/// The name of a scope of keys.
pub(super) struct ScopeName;

impl ToSchema for ScopeName {}

impl PartialSchema for ScopeName {
    fn schema() -> RefOr<Schema> {
        one_of(KeyScope::VARIANTS.iter().map(KeyScope::to_string))
    }
}
