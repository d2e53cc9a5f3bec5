//! The situations of an organisation, as a list beside its log.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;
use shared::{
    calendar::{Day, second_of},
    event::UserId,
};

use super::{
    super::{cities::OFFICES, organisation::Organisation, plan::OrganisationPlan},
    kind::SituationKind,
};

/// A situation of one user.
#[derive(Debug, Clone, PartialEq)]
pub struct Situation {
    /// The user.
    pub user: UserId,
    /// The kind of situation.
    pub kind: SituationKind,
    /// The first day (UTC).
    pub first: Day,
    /// The last day (UTC); a change that stays counts as a situation for two weeks.
    pub last: Day,
}

/// The local hours between which a working day is taken to lie.
const WORKING_DAY: [f64; 2] = [6.0, 22.0];

/// Lists the situations, by user and kind.
pub(in super::super) fn all(organisation: &Organisation, plan: &OrganisationPlan) -> Vec<Situation> {
    let mut situations = Vec::new();
    for person in &organisation.people {
        let day = |day: u32, hour: f64| {
            let seconds = f64::from(day) * 86_400.0 + (hour - OFFICES[person.office].ahead) * 3600.0;
            Day::of(second_of(plan.time(seconds)))
        };
        let [begins, ends] = WORKING_DAY;
        let within = person.life.situations().filter(|(_, days)| days.start < plan.days);
        let of_person = within.map(|(kind, days)| Situation {
            user: person.user.clone(),
            kind,
            first: day(days.start, begins),
            last: day(days.end.min(plan.days) - 1, ends),
        });
        situations.extend(of_person);
    }
    situations
}

/// Writes situations as CSV: `user_id`, `situation`, `scope` (`person` or `organisation`), and the first and last day.
pub fn write_csv(situations: &[Situation], sink: impl Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(sink);
    for Situation { user, kind, first, last } in situations {
        let row = SituationRow {
            user_id: user.as_str(),
            situation: kind.into(),
            scope: kind.scope().into(),
            first_day: date(*first),
            last_day: date(*last),
        };
        writer.serialize(row).map_err(io::Error::other)?;
    }
    writer.flush()
}

#[derive(Serialize)]
struct SituationRow<'a> {
    user_id: &'a str,
    situation: &'static str,
    scope: &'static str,
    first_day: String,
    last_day: String,
}

/// Writes a day as `2026-01-05`.
fn date(day: Day) -> String {
    let time = Timestamp::from_second(day.first_second()).unwrap_or(Timestamp::MAX);
    time.strftime("%F").to_string()
}
