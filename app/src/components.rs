//! Parts that pages are made of.

pub mod alert_chooser;
pub mod failure;
pub mod frame;
pub mod meter;
pub mod navigation;
pub mod reasons;
pub mod severity;
pub mod time;
pub mod user_day_field;

pub use self::{
    alert_chooser::AlertChooser,
    failure::Failure,
    frame::{Footer, Header},
    meter::Meter,
    navigation::Navigation,
    reasons::Reasons,
    severity::SeverityBadge,
    time::Moment,
};
