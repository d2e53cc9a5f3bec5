//! Parts that pages are made of.

pub mod alert_chooser;
pub mod failure;
pub mod frame;
pub mod hour_strip;
pub mod meter;
pub mod navigation;
pub mod severity;
pub mod sparkline;
pub mod time;
pub mod user_day_field;
pub mod user_table;
pub mod usual_and_this;
pub mod waterfall;

pub use self::{
    alert_chooser::AlertChooser,
    failure::Failure,
    frame::{Footer, Header},
    hour_strip::hour_strip,
    meter::Meter,
    navigation::Navigation,
    severity::SeverityBadge,
    sparkline::sparkline,
    time::Moment,
    user_table::UserTable,
    waterfall::waterfall,
};
