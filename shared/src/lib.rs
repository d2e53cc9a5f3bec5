//! The types and the mathematics of the anomaly detector, without files, sockets or clocks: the same bits natively and
//! in the browser.
//!
//! An event goes this way:
//!
//! 1. [`formats`] reads the record of a log and checks it once, which makes an [`Event`](event::Event).
//! 2. The [`engine`] compares the event's [`values`] with the user's [`profile`] and with the [`population`]. The
//!    result is the event's [`context`], with the evidence of each [family](families) in bits ([`likelihood`]).
//! 3. The [`inputs`] of the score are taken from the context: one flat vector of numbers.
//! 4. [`scoring`] makes [`signals`] of the inputs by the weights and the random [`forest`] of a [`model`]; the
//!    [`calibration`] turns them into a p-value and an anomaly score.
//! 5. The [`assessment`] adds the user's [`risk`], the [`explanation`] adds the reasons, and a [`prediction`] is what
//!    is stored and shown of all this.
//! 6. The profile learns from the event at once, the population at the end of the epoch.
//!
//! ```
//! use shared::{engine::InMemoryEngine, event::Event, formats, model::Model, profile::Limits};
//!
//! // Three weeks of Ann's work, and then a night.
//! let mut log = "user_id,timestamp,action_type,location,outcome,resource_id\n".to_owned();
//! for day in 1..=21 {
//!     for hour in [9, 11, 14] {
//!         log += &format!("ann,2024-01-{day:02}T{hour:02}:00:00Z,view,Berlin,success,crm/accounts\n");
//!     }
//! }
//! for second in 10..40 {
//!     log += &format!("ann,2024-01-22T03:00:{second}Z,delete,Lima,success,payroll/{second}\n");
//! }
//! let records = formats::read(log.as_bytes(), None, None);
//! let events: Vec<Event> = records.map(|record| record.event).collect::<Result<_, _>>()?;
//!
//! let scored = InMemoryEngine::new(Model::shipped(), Limits::PRODUCT).observe(&events);
//! let [ordinary, last] = [&scored[60], &scored[92]];
//! assert!(ordinary.assessment.anomaly_score() < 0.1);
//! assert!(last.assessment.anomaly_score() > 0.9);
//! for reason in &last.reasons.told {
//!     println!("{}", reason.sentence);
//! }
//! assert!(last.reasons.told.iter().any(|reason| reason.sentence == "30 deletions in one day"));
//! # Ok::<(), shared::event::ValidationErrors>(())
//! ```

pub mod alerting;
pub mod aspects;
pub mod assessment;
pub mod calendar;
pub mod calibration;
pub mod context;
pub mod control_characters;
pub mod engine;
pub mod error;
pub mod event;
pub mod evidence;
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
pub mod notices;
pub mod places;
pub mod population;
pub mod prediction;
pub mod profile;
pub mod random;
pub mod risk;
pub mod risk_state;
pub mod scored_event;
pub mod scoring;
pub mod sensitivity;
pub mod service_account;
pub mod severity;
pub mod signals;
pub mod spreadsheet;
pub mod travel;
pub mod user_records;
pub mod value;
pub mod values;
