//! The log of the demonstration: a made-up organisation whose people have names, with attacks up to its last days.

use jiff::{SignedDuration, Timestamp};
use shared::{
    calendar::{DAY_SECONDS, Day, second_of},
    event::UserId,
};
use strum::VariantArray as _;

use crate::{
    dataset::LabelledEvent,
    synthetic::{self, AttackKind, LifeRates, OrganisationPlan},
};

/// Number of days before the last one.
const DAYS: i32 = 75;
/// Days of a week: the first day of the plan is always of the same weekday, so that the people do the same whatever day
/// it is today.
const WEEK: i32 = 7;
/// A seed with attacks in the last days whatever weekday is the last.
const SEED: u64 = 20;

const GIVEN_NAMES: [&str; 20] = [
    "amara", "ben", "chiara", "daniel", "elif", "farid", "grace", "hugo", "ines", "jonas", "keiko", "liam", "mira",
    "noah", "olga", "pedro", "rosa", "samir", "tess", "yusuf",
];
const FAMILY_NAMES: [&str; 20] = [
    "adeyemi",
    "bauer",
    "costa",
    "dubois",
    "eriksen",
    "fischer",
    "garcia",
    "haddad",
    "ivanova",
    "jensen",
    "kim",
    "lindqvist",
    "moreau",
    "nakamura",
    "okafor",
    "patel",
    "rossi",
    "silva",
    "tanaka",
    "weber",
];
const SERVICES: [&str; 6] = ["ci-deploy", "backup", "etl-nightly", "metrics", "mail-relay", "image-build"];

/// Returns the events of the demonstration up to `now`, in order of time, with their labels.
pub fn log(now: Timestamp) -> Vec<LabelledEvent> {
    let plan = plan(Day::of(second_of(now)));
    let rows = synthetic::generate(&plan).into_iter().filter(|row| row.event.time <= now);
    rows.map(|mut row| {
        row.event.user = named(&row.event.user);
        row
    })
    .collect()
}

/// Returns the plan of an organisation that has at least [`DAYS`] days before `today`.
fn plan(today: Day) -> OrganisationPlan {
    let first = (today.0 - DAYS).div_euclid(WEEK) * WEEK;
    let days = u32::try_from(today.0 - first + 1).expect("the first day is before today");
    OrganisationPlan {
        users: 120,
        days: u32::try_from(DAYS + WEEK).expect("a number of days").max(days),
        start: Timestamp::UNIX_EPOCH + SignedDuration::from_secs(i64::from(first) * DAY_SECONDS),
        attacks: AttackKind::VARIANTS.to_vec(),
        rate: 0.2,
        life: LifeRates::ordinary(),
        situated: 0.0,
        seed: SEED,
    }
}

/// Returns the name of a user of the organisation, who has a number. No two users have the same.
fn named(user: &UserId) -> UserId {
    let digits = user.as_str().trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
    let number: usize = digits.parse().expect("every user of the organisation has a number");
    let name = if user.as_str().starts_with("svc") {
        let (name, more) = (SERVICES[number / 20 % SERVICES.len()], number / 20 / SERVICES.len());
        if more == 0 { name.to_owned() } else { format!("{name}-{more}") }
    } else {
        let given = GIVEN_NAMES[number % GIVEN_NAMES.len()];
        let family = FAMILY_NAMES[(number * 7 + number / GIVEN_NAMES.len()) % FAMILY_NAMES.len()];
        format!("{given}.{family}")
    };
    name.parse().expect("letters, dots and dashes are an id")
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[test]
    fn every_user_has_a_name_of_their_own() {
        let users =
            (0..120).map(|number| format!("u{number:04}")).chain((0..6).map(|s| format!("svc{:04}", s * 20 + 19)));
        let names: Vec<String> = users.map(|user| named(&user.parse().expect("an id")).to_string()).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        assert_eq!((names[12].as_str(), names[120].as_str()), ("mira.eriksen", "ci-deploy"));
    }

    #[test]
    fn whatever_day_it_is_there_are_attacks_in_the_last_days_and_nothing_after_now() {
        for day in 0..WEEK {
            let now = Timestamp::from_second(1_795_000_000 + i64::from(day) * DAY_SECONDS).expect("a time");
            let rows = log(now);
            assert!(rows.iter().all(|row| row.event.time <= now));
            let ago = |row: &LabelledEvent| now.duration_since(row.event.time).as_hours();
            let attacked = |within_h: i64| {
                let rows = rows.iter().filter(|row| row.is_attack() && ago(row) < within_h);
                rows.fold(BTreeMap::new(), |mut users, row| {
                    *users.entry(row.event.user.to_string()).or_insert(0) += 1;
                    users
                })
            };
            assert!(!attacked(48).is_empty() && attacked(7 * 24).len() >= 5, "{now}: {:?}", attacked(7 * 24));
        }
    }
}
