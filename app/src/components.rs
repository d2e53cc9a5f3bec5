//! Parts that pages are made of.

pub mod alert_chooser;
pub mod failure;
pub mod frame;
pub mod meter;
pub mod navigation;
pub mod reasons;
pub mod severity;
pub mod sparkline;
pub mod time;
pub mod user_day_field;
pub mod user_table;

pub use self::{
    alert_chooser::AlertChooser,
    failure::Failure,
    frame::{Footer, Header},
    meter::Meter,
    navigation::Navigation,
    reasons::Reasons,
    severity::SeverityBadge,
    sparkline::sparkline,
    time::Moment,
    user_table::UserTable,
};
