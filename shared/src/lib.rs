//! Vocabulary and mathematics of the product: no files, sockets or clocks, the same natively and in the browser.
//!
//! An [`event`] is checked once, where it comes in (`formats` reads the shapes in which clouds write them). The
//! [`engine`] compares its [`values`] with the user's [`profile`] and with the [`population`], which gives evidence in
//! bits ([`likelihood`]); what the score is computed from are its [`inputs`]. [`scoring`] weighs them by a [`model`],
//! and the [`calibration`] says how rare such an event is; the [`explanation`] says why. Then the profile and the
//! population learn from the event.

pub mod assessment;
pub mod calendar;
pub mod calibration;
pub mod context;
pub mod engine;
pub mod error;
pub mod event;
pub mod explanation;
pub mod facts;
pub mod families;
pub mod features;
pub mod field_mismatch;
pub mod forest;
pub mod format;
pub mod formats;
pub mod hash;
pub mod inputs;
pub mod last_event;
pub mod likelihood;
pub mod logistic;
pub mod math;
pub mod metrics;
pub mod model;
pub mod places;
pub mod population;
pub mod prediction;
pub mod profile;
pub mod risk;
pub mod risk_state;
pub mod scoring;
pub mod sensitivity;
pub mod service_account;
pub mod severity;
pub mod signals;
pub mod travel;
pub mod user_records;
pub mod value;
pub mod values;
