//! Situations that the calendar brings: the clocks change, months and years are closed.

use std::{collections::BTreeMap, ops::Range};

use jiff::civil::{Date, Weekday, date};
use rand::Rng as _;

use super::{
    super::{
        cities::{OFFICES, SummerTime},
        departments::DEPARTMENTS,
        organisation::Person,
        plan::OrganisationPlan,
    },
    change::{Change, Effect},
    kind::SituationKind,
    stream,
};

/// The department that closes accounts, and the share of its people who do.
const ACCOUNTANTS: &str = "finance";
const CLOSERS: f64 = 0.6;
/// Users among whom there is one program that pays salaries.
const USERS_PER_PAYROLL: u32 = 100;
/// Days after a change of the clocks that count as a situation.
const CLOCK_DAYS: u32 = 7;
/// The days of January in which the accounts of the year before are closed.
const YEAR_END: Range<i8> = 7..21;

/// Plans the situations of a kind for everybody whom they concern.
pub(super) fn plan_kind(kind: SituationKind, people: &mut [Person], plan: &OrganisationPlan) {
    for person in people {
        match kind {
            SituationKind::ClockChange => change_clocks(person, plan),
            _ => close_accounts(kind, person, plan),
        }
    }
}

/// Plans the changes of the clocks at a person's office. Programs do not keep to clocks.
fn change_clocks(person: &mut Person, plan: &OrganisationPlan) {
    let rule = OFFICES[person.office].summer_time;
    if person.is_service() {
        return;
    }
    let kind = SituationKind::ClockChange;
    if is_summer(rule, plan.date(0)) {
        person.life.add(Change { kind, days: 0..u32::MAX, effect: Effect::Clock(-1.0), situation: 0..0 });
    }
    for day in 1..plan.days {
        let hours = match (is_summer(rule, plan.date(day - 1)), is_summer(rule, plan.date(day))) {
            (false, true) => -1.0,
            (true, false) => 1.0,
            _ => continue,
        };
        let (days, situation) = (day..u32::MAX, day..day + CLOCK_DAYS);
        person.life.add(Change { kind, days, effect: Effect::Clock(hours), situation });
    }
}

/// Returns whether clocks show summer time at noon of a day.
fn is_summer(rule: SummerTime, day: Date) -> bool {
    let sunday = |month, number| date(day.year(), month, 1).nth_weekday_of_month(number, Weekday::Sunday);
    let (begins, ends) = match rule {
        SummerTime::European => (sunday(3, -1), sunday(10, -1)),
        SummerTime::American => (sunday(3, 2), sunday(11, 1)),
        SummerTime::Never => return false,
    };
    begins.is_ok_and(|begins| begins <= day) && ends.is_ok_and(|ends| day < ends)
}

/// Plans the closings of accounts by a person who has the duty, and the payments of salaries by a program.
fn close_accounts(kind: SituationKind, person: &mut Person, plan: &OrganisationPlan) {
    let has_duty = if person.is_service() {
        kind == SituationKind::MonthEnd && person.number % USERS_PER_PAYROLL == USERS_PER_PAYROLL - 1
    } else {
        stream(kind, person, plan).random_bool(CLOSERS)
    };
    let is_accountant = |day| person.is_service() || DEPARTMENTS[person.job(day).department].name == ACCOUNTANTS;
    let mut closings: BTreeMap<String, Range<u32>> = BTreeMap::new();
    for day in (0..plan.days).filter(|day| has_duty && is_accountant(*day)) {
        if let Some(folder) = closing(kind, person, plan.date(day)) {
            closings.entry(folder).or_insert(day..day).end = day + 1;
        }
    }
    for (folder, days) in closings {
        person.life.add(Change::passing(kind, days, Effect::Closing(folder)));
    }
}

/// Returns the folder of the accounts that are closed on a day, if any are.
fn closing(kind: SituationKind, person: &Person, today: Date) -> Option<String> {
    let workdays_left = (today.day() + 1..=today.days_in_month()).filter(|day| is_workday(today, *day)).count();
    let month = today.strftime("%Y-%m");
    match kind {
        _ if !is_workday(today, today.day()) => None,
        SituationKind::MonthEnd if person.is_service() => {
            (workdays_left == 0).then(|| format!("finance/payroll/{month}"))
        }
        SituationKind::MonthEnd => (workdays_left < 2).then(|| format!("finance/closing/{month}")),
        _ => (today.month() == 1 && YEAR_END.contains(&today.day()))
            .then(|| format!("finance/annual/{}", today.year() - 1)),
    }
}

/// Returns whether a day of a date's month is one from Monday to Friday.
fn is_workday(month: Date, day: i8) -> bool {
    let weekday = date(month.year(), month.month(), day).weekday();
    !matches!(weekday, Weekday::Saturday | Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_change_on_the_sundays_of_the_law() {
        for (rule, year, begins, ends) in [
            (SummerTime::European, 2026, (3, 29), (10, 25)),
            (SummerTime::European, 2027, (3, 28), (10, 31)),
            (SummerTime::American, 2026, (3, 8), (11, 1)),
        ] {
            let ((begin_month, begin_day), (end_month, end_day)) = (begins, ends);
            assert!(is_summer(rule, date(year, begin_month, begin_day)));
            assert!(!is_summer(rule, date(year, begin_month, begin_day - 1)));
            assert!(is_summer(rule, date(year, end_month, end_day).yesterday().expect("a day")));
            assert!(!is_summer(rule, date(year, end_month, end_day)));
        }
        assert!(!is_summer(SummerTime::Never, date(2026, 7, 1)));
    }
}
