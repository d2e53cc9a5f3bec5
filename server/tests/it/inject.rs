//! Attacks put into the sample log.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::LazyLock,
};

use server::{
    inject::{Injection, Plan, for_training, inject},
    labelled::{Label, Labelled},
};
use shared::{
    calendar::{Day, second_of},
    event::Event,
    formats,
};
use strum::VariantArray as _;

static SAMPLE: LazyLock<Vec<Event>> = LazyLock::new(|| {
    let log: &[u8] = include_bytes!("../../assets/sample/activity.csv.gz");
    formats::read(log, None, None).map(|record| record.event.expect("the log has no fault")).collect()
});

fn plan(kinds: &[Injection], seed: u64) -> Plan {
    Plan { kinds: kinds.to_vec(), cases: 5, after: 0.6, seed }
}

fn day_of(event: &Event) -> Day {
    Day::of(second_of(event.time))
}

/// An event without its id, as what tells events apart.
fn content(event: &Event) -> String {
    format!("{:?}", Event { sender_id: None, ..event.clone() })
}

fn counts<'a>(events: impl Iterator<Item = &'a Event>) -> HashMap<String, i32> {
    let mut counts = HashMap::new();
    events.for_each(|event| *counts.entry(content(event)).or_default() += 1);
    counts
}

fn attacks(rows: &[Labelled]) -> BTreeMap<&str, Vec<&Event>> {
    let mut cases: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
    for Labelled { event, label } in rows {
        if let Label::Attack { case, .. } = label {
            cases.entry(case).or_default().push(event);
        }
    }
    cases
}

#[test]
fn what_is_benign_stays_as_it_was() {
    let rows = inject(SAMPLE.clone(), &plan(&[Injection::Visit, Injection::MassDeletion], 1));
    let benign = rows.iter().filter(|row| row.label == Label::Benign).map(|row| &row.event);
    assert!(counts(benign) == counts(SAMPLE.iter()));
    assert!(rows.is_sorted_by_key(|row| row.event.time));
    let ids: BTreeSet<_> = rows.iter().map(|row| row.event.id()).collect();
    assert_eq!(ids.len(), rows.len(), "every row has an id of its own");
}

#[test]
fn everybody_is_attacked_once_and_only_when_known_for_twenty_days() {
    let rows = inject(SAMPLE.clone(), &plan(Injection::VARIANTS, 2));
    let cases = attacks(&rows);
    assert!(cases.len() >= 30, "most of 35 planned attacks, not {}", cases.len());
    let victims: BTreeSet<_> = cases.values().map(|events| &events[0].user).collect();
    assert_eq!(victims.len(), cases.len());
    for (case, events) in &cases {
        let first = events.iter().map(|event| day_of(event)).min().expect("an attack has events");
        let own = SAMPLE.iter().filter(|event| event.user == events[0].user);
        let before: BTreeSet<_> = own.map(day_of).filter(|day| *day < first).collect();
        assert!(before.len() >= 19, "{case}: {} days", before.len()); // the week's shift may move a day
    }
    let kinds: BTreeSet<_> = cases.keys().map(|case| case.split('-').next().expect("a kind")).collect();
    assert_eq!(kinds.len(), Injection::VARIANTS.len());
}

#[test]
fn a_visit_is_other_peoples_work_on_the_same_weekday_and_hour() {
    let rows = inject(SAMPLE.clone(), &plan(&[Injection::Visit], 3));
    let week = 7 * 86_400;
    let known: BTreeSet<_> =
        SAMPLE.iter().map(|event| (event.resource.clone(), second_of(event.time).rem_euclid(week))).collect();
    for (case, events) in attacks(&rows) {
        assert!(events.len() >= 5, "{case}");
        for event in events {
            assert!(known.contains(&(event.resource.clone(), second_of(event.time).rem_euclid(week))), "{case}");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_attacks() {
    let kinds = [Injection::Takeover, Injection::Sharing];
    assert!(inject(SAMPLE.clone(), &plan(&kinds, 4)) == inject(SAMPLE.clone(), &plan(&kinds, 4)));
    assert!(inject(SAMPLE.clone(), &plan(&kinds, 4)) != inject(SAMPLE.clone(), &plan(&kinds, 5)));
}

#[test]
fn people_with_a_long_history_are_attacked_again_and_again_to_learn_from() {
    let rows = for_training(SAMPLE.clone(), 1);
    let attacked = rows.iter().filter(|row| row.label != Label::Benign).count();
    assert!((2_000..40_000).contains(&attacked), "{attacked} of {} events", rows.len());
    let cases = attacks(&rows);
    let takeovers = cases.keys().filter(|case| case.starts_with("takeover")).count();
    let share = f64::from(u32::try_from(takeovers).expect("few")) / f64::from(u32::try_from(cases.len()).expect("few"));
    assert!((0.45..0.75).contains(&share), "six of ten are takeovers, not {share}");
}
