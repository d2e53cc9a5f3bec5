//! Parts that pages are made of.

pub mod alarm_chooser;
pub mod failure;
pub mod frame;
pub mod meter;
pub mod reasons;
pub mod severity;
pub mod time;
pub mod user_day_field;

pub use self::{
    alarm_chooser::AlarmChooser,
    failure::Failure,
    frame::{Footer, Header},
    meter::Meter,
    reasons::Reasons,
    severity::SeverityBadge,
    time::Moment,
};
