//! Parts that pages are made of.

pub mod alarm_chooser;
pub mod frame;
pub mod severity;
pub mod user_day_field;

pub use self::{
    alarm_chooser::AlarmChooser,
    frame::{Footer, Header},
    severity::SeverityBadge,
};
