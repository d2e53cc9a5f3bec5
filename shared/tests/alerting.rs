//! Which events of a log become alerts.
#![cfg(not(target_arch = "wasm32"))]

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use proptest::{collection::vec, prelude::*};
use shared::{
    alerting::{AlertKind, ScoreHistory, Suppression, SuppressionScope, ThresholdInForce, ThresholdRule},
    calendar::{DAY_SECONDS, Day},
    calibration::{anomaly_score, p_value},
    engine::Engine,
    event::{Action, Event},
    model::Model,
    population::Population,
    profile::Profile,
    scored_event::ScoredEvent,
    signals::PerSignal,
};

/// Returns an event of a user on a day as if it had a rarity.
fn event(user: u32, day: i32, rarity: f64) -> ScoredEvent {
    let second = Day(day).first_second() + DAY_SECONDS / 2;
    let time = Timestamp::from_second(second).expect("a time of this century");
    let event = Event::new(format!("user {user}").parse().expect("an id"), time, Action::View);
    let engine = Engine::new(Model::shipped(), Population::default());
    let scored = engine.assess(&event, &Profile::default());
    let scored = ScoredEvent::of(event, &scored, 0.7, time, &Arc::from("0"));
    ScoredEvent { log10_rarity: rarity, signal_rarities: PerSignal([1.0, 0.0, 0.0, 0.0, 0.0]), ..scored }
}

/// A day far from the ends of the calendar.
const FIRST: i32 = 20_000;

/// The number of different groups of a day whose rarest event reaches a score.
fn groups_above(events: &[(u32, i32, f64)], score: f64) -> f64 {
    let mut highest: BTreeMap<(u32, i32), f64> = BTreeMap::new();
    for (user, day, rarity) in events {
        let before = highest.entry((*user, *day)).or_default();
        *before = before.max(*rarity);
    }
    highest.values().filter(|rarity| anomaly_score(p_value(**rarity)) >= score).map(|_| 1.0).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_threshold_of_a_budget_would_have_kept_to_it_but_for_the_width_of_a_step(
        events in vec((0..40_u32, 0..14_i32, 0.0..6.0_f64), 200..400),
        budget in 1.0..20.0_f64,
    ) {
        let events: Vec<_> = events.into_iter().map(|(user, day, rarity)| (user, FIRST + day, rarity)).collect();
        let mut sorted = events.clone();
        sorted.sort_by_key(|(_, day, _)| *day);
        let mut history = ScoreHistory::default();
        for (user, day, rarity) in &sorted {
            history.add(&event(*user, *day, *rarity));
        }
        history.add(&event(0, FIRST, 0.0)); // the first day counts, with or without events
        history.add(&event(0, FIRST + 14, 0.0));
        let rule = ThresholdRule::by_hand(0.7).with_budget(Some(budget)).expect("it is in range");
        let ThresholdInForce::OfBudget { score, days } = rule.in_force(&history) else { panic!("there are 14 days") };
        prop_assert!((13..=14).contains(&days));
        let wanted = budget * f64::from(days);
        let step = 0.06;
        let [fewest, most] = [step, -step].map(|step| {
            let rarity = -shared::math::log10(shared::calibration::p_value_at(score)) + step;
            groups_above(&sorted, anomaly_score(p_value(rarity)))
        });
        let notable = groups_above(&sorted, anomaly_score(p_value(1.0)));
        prop_assert!(fewest <= wanted + 1.0, "{fewest} {wanted}");
        prop_assert!(most >= wanted.min(notable) - 1.0, "{most} {wanted}");
    }

    #[test]
    fn a_history_is_read_as_it_was_stored(events in vec((0..9_u32, 0..60_i32, 0.0..9.0_f64), 0..60)) {
        let mut history = ScoreHistory::default();
        for (user, day, rarity) in events {
            history.add(&event(user, FIRST + day, rarity));
            history.count_alert(Day(FIRST + day));
        }
        let bytes = history.to_bytes();
        prop_assert_eq!(ScoreHistory::from_bytes(&bytes), Some(history));
        prop_assert_eq!(ScoreHistory::from_bytes(&bytes[..bytes.len() - 1]), None);
        prop_assert_eq!(ScoreHistory::from_bytes(&[&[9], &bytes[1..]].concat()), None);
    }
}

#[test]
fn a_group_counts_once_by_its_rarest_event() {
    let mut once = ScoreHistory::default();
    once.add(&event(1, FIRST, 3.0));
    let mut often = ScoreHistory::default();
    for rarity in [1.5, 3.0, 2.0, 3.0] {
        often.add(&event(1, FIRST, rarity));
    }
    assert_eq!(once, often);
}

#[test]
fn the_threshold_that_was_set_by_hand_holds_until_there_is_a_week() {
    let by_hand = ThresholdRule::by_hand(0.9);
    let budget = by_hand.with_budget(Some(5.0)).expect("it is in range");
    let mut history = ScoreHistory::default();
    assert_eq!(budget.in_force(&history), ThresholdInForce::BeforeBudget(0.9));
    for day in 0..7 {
        history.add(&event(1, FIRST + day, 2.0));
    }
    assert_eq!(budget.in_force(&history), ThresholdInForce::BeforeBudget(0.9), "the last day is not over");
    history.add(&event(1, FIRST + 7, 2.0));
    let least = anomaly_score(p_value(1.0));
    assert_eq!(budget.in_force(&history), ThresholdInForce::OfBudget { score: least, days: 7 });
    assert_eq!(by_hand.in_force(&history), ThresholdInForce::ByHand(0.9));
    for wrong in [0.0, -1.0, 1e6, f64::NAN] {
        assert!(by_hand.with_budget(Some(wrong)).is_err(), "{wrong}");
    }
}

#[test]
fn a_suppression_covers_what_meets_all_of_its_conditions() {
    let of_user = SuppressionScope { user: Some("USER 1".parse().expect("an id")), ..SuppressionScope::default() };
    let (one, two) = (event(1, FIRST, 3.0), event(2, FIRST, 3.0));
    let kind = AlertKind::of(&one);
    assert_eq!(kind, AlertKind::Identity);
    assert!(of_user.covers(kind, &one) && !of_user.covers(kind, &two));
    let narrower = SuppressionScope { kind: Some(AlertKind::Risk), ..of_user.clone() };
    assert!(narrower.covers(AlertKind::Risk, &one) && !narrower.covers(kind, &one));
    let network = SuppressionScope { network: "192.0.2.0/24".parse().ok(), ..SuppressionScope::default() };
    assert!(!network.covers(kind, &one), "an unknown address is in no network");
    let mut from_there = one.clone();
    from_there.event.address = "192.0.2.9".parse().ok();
    assert!(network.covers(kind, &from_there));

    let [created, expires] = [one.event.time, one.event.time + jiff::SignedDuration::from_hours(1)];
    let (reason, author) = ("planned work".to_owned(), "ann".to_owned());
    let suppression = Suppression { scope: of_user, reason, author, created, expires };
    assert!(suppression.hides(kind, &one, created) && !suppression.hides(kind, &one, expires));
}
