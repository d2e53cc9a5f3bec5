//! What people do with logs on their own machine: made-up organisations, attacks put into real logs, training and
//! evaluation of models, reports, and scoring of whole files. Neither a database nor a web server is needed.

pub mod card;
pub mod cli;
pub mod evaluation;
pub mod inject;
pub mod labelled;
pub mod places;
pub mod report;
pub mod scoring;
pub mod training;
pub mod world;

mod page;
