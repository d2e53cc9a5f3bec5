//! Vocabulary and mathematics of the product: no files, sockets or clocks, the same natively and in the browser.
//!
//! An [`event`] is checked once, where it comes in (`formats` reads the shapes in which clouds write them).
//! The [`detector`] compares its [`values`] with the user's [`profile`] and with the [`population`], which gives
//! [`evidence`] in bits; the [`model`] weighs it, [`calibration`] says how rare such a moment is, and [`words`] say
//! why. Then the profile and the population learn from it.

pub mod calendar;
pub mod calibration;
pub mod detector;
pub mod disagreement;
pub mod error;
pub mod event;
pub mod evidence;
pub mod family;
pub mod features;
pub mod forest;
pub mod format;
pub mod formats;
pub mod hash;
pub mod logistic;
pub mod math;
pub mod members;
pub mod metrics;
pub mod model;
pub mod places;
pub mod population;
pub mod prediction;
pub mod profile;
pub mod risk;
pub mod severity;
pub mod standing;
pub mod travel;
pub mod values;
pub mod vocabulary;
pub mod words;
