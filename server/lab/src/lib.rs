//! The workbench: generating, scoring and evaluating log files, and training models on them, without a database and
//! without a web server.
//!
//! - [`synthetic`] generates labelled logs of made-up organisations, [`inject`] puts attacks into real logs, and
//!   [`dataset`] reads and writes labelled logs.
//! - [`training`] learns a model from logs, [`training_report`] measures its forest, [`model_card`] describes a model.
//! - [`log_sources`] finds and opens the files of a log, and unpacks archives.
//! - [`log_scoring`] scores a whole log file, [`evaluation`] measures how well attacks in a labelled log are detected.
//! - [`place_tables`] holds the tables of cities, countries and networks that come with the program.
//! - [`cli`] has the commands; `uba` embeds them.

pub mod cli;
pub mod dataset;
pub mod demo;
pub mod estimate;
pub mod evaluation;
mod explanation_report;
pub mod inject;
pub mod log_scoring;
pub mod log_sources;
pub mod model_card;
pub mod place_tables;
pub mod synthetic;
pub mod training;
pub mod training_report;

mod boundary;
mod gzip;
mod html_report;
mod output_file;
