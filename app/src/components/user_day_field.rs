//! A picture of many user-days, in which those that raise an alert are lit.

use leptos::prelude::*;
use shared::{format::grouped, severity::Severity};

use crate::return_period::ReturnPeriod;

/// Number of people in the picture, one a column.
pub const PEOPLE: u32 = 100;
/// Number of working days in the picture, one a row.
pub const DAYS: u32 = 20;
/// Number of dots.
const USER_DAYS: u32 = PEOPLE * DAYS;
/// Distance from one dot to the next, in units of the drawing.
const PITCH: u32 = 10;

/// One dot a user-day. The rarest ones, as many as raise an alert, have the colour of their severity.
#[component]
pub fn UserDayField(
    /// The return period from which on a user-day raises an alert.
    alert: Signal<ReturnPeriod>,
) -> impl IntoView {
    let all: String = (0..DAYS).map(row_of_dots).collect();
    let lit = [Severity::Low, Severity::Medium, Severity::High].map(|severity| {
        view! { <path class=format!("days-lit {}", severity.name()) d=move || lit_dots(alert.get(), severity)/> }
    });

    view! {
        <svg
            class="field"
            viewBox=format!("0 0 {} {}", PEOPLE * PITCH, DAYS * PITCH)
            role="img"
            aria-label=move || format!("{} among {} user-days", expected_alerts(alert.get()), grouped(USER_DAYS))
        >
            <path class="days" d=all/>
            {lit}
        </svg>
    }
}

/// Says how many of the user-days are expected to raise an alert.
pub fn expected_alerts(alert: ReturnPeriod) -> String {
    let alerts = f64::from(USER_DAYS) / f64::from(alert.user_days());
    if alerts < 0.95 {
        format!("1 alert in {:.0} months", 1.0 / alerts)
    } else if alerts < 1.5 {
        "1 alert".to_owned()
    } else {
        format!("{alerts:.0} alerts")
    }
}

/// Returns the SVG path of a row: one line, which the style sheet dashes to dots.
fn row_of_dots(day: u32) -> String {
    format!("M{} {}h{}", PITCH / 2, day * PITCH + PITCH / 2, (PEOPLE - 1) * PITCH)
}

/// Returns the SVG path of the lit dots of one severity: lines without length.
///
/// Of 2,000 user-days the rarest has a return period of 2,000, the second of 1,000, and so on.
fn lit_dots(alert: ReturnPeriod, severity: Severity) -> String {
    let count = (USER_DAYS + alert.user_days() / 2) / alert.user_days();
    (1..=count)
        .filter(|rank| ReturnPeriod::from(USER_DAYS / rank).severity() == severity)
        .map(|rank| dot(place(rank)))
        .collect()
}

fn dot((column, row): (u32, u32)) -> String {
    format!("M{} {}h0", column * PITCH + PITCH / 2, row * PITCH + PITCH / 2)
}

/// Returns the column and row of the dot of a rank. The dots look scattered, and no two are the same.
///
/// Cubes of different numbers differ modulo a prime that is not one more than a multiple of three.
fn place(rank: u32) -> (u32, u32) {
    const PRIME: u64 = 2003;
    const START: u64 = 63; // from here on no place of the first 200 lies outside, and the first 20 are well apart
    let place = (u64::from(rank) + START).pow(3) % PRIME - 1;
    let place = u32::try_from(place).expect("less than the prime");
    (place / DAYS, place % DAYS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dots(user_days: u32, severity: Severity) -> usize {
        lit_dots(ReturnPeriod::from(user_days), severity).matches('M').count()
    }

    #[test]
    fn as_many_days_are_lit_as_raise_an_alert() {
        let lit =
            |user_days| [Severity::Low, Severity::Medium, Severity::High].map(|severity| dots(user_days, severity));
        assert_eq!(lit(10), [180, 18, 2]);
        assert_eq!(lit(100), [0, 18, 2]);
        assert_eq!(lit(1000), [0, 0, 2]);
        assert_eq!(lit(10_000), [0, 0, 0]);
    }

    #[test]
    fn each_day_lies_in_the_field_at_a_place_of_its_own() {
        let mut places: Vec<_> = (1..=200).map(place).collect();
        assert!(places.iter().all(|(column, row)| *column < PEOPLE && *row < DAYS));
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), 200);
    }

    #[test]
    fn fewer_than_one_alarm_is_told_by_how_long_it_takes() {
        let expected = [10, 100, 2000, 10_000].map(|user_days| expected_alerts(ReturnPeriod::from(user_days)));
        assert_eq!(expected, ["200 alerts", "20 alerts", "1 alert", "1 alert in 5 months"]);
    }
}
