//! Prints, as JSON, how many alerts a daily budget led to in a generated world, day by day and week by week, and how many
//! attacks had an alert.
//!
//! `daily_budget USERS BUDGET SEED`: the world has 60 days, of which the last 30 count; 6 in 100 users are attacked in the
//! last 40 % of the time.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, io,
    sync::Arc,
};

use jiff::{civil::date, tz::TimeZone};
use lab::{
    dataset::{Label, LabelledEvent},
    synthetic::{AttackKind, LifeRates, OrganisationPlan, generate},
};
use serde_json::json;
use shared::{
    alerting::{GroupKey, ScoreHistory, ThresholdRule},
    calendar::Day,
    calibration::DEFAULT_THRESHOLD,
    engine::InMemoryEngine,
    event::Event,
    model::Model,
    population::EPOCH,
    profile::Limits,
    scored_event::ScoredEvent,
};
use strum::VariantArray as _;

const DAYS: u32 = 60;
const COUNTED_DAYS: i32 = 30;
const WEEK: usize = 7;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [users, budget, seed] = &arguments[..] else { return Err("daily_budget USERS BUDGET SEED".into()) };
    let (users, budget, seed) = (users.parse()?, budget.parse()?, seed.parse()?);
    let start = TimeZone::UTC.to_timestamp(date(2026, 1, 5).at(0, 0, 0, 0))?;
    let plan = OrganisationPlan {
        users,
        days: DAYS,
        start,
        attacks: AttackKind::VARIANTS.to_vec(),
        rate: 0.1,
        life: LifeRates::NONE,
        situated: 0.0,
        seed,
    };
    let rows = generate(&plan);
    let rule = ThresholdRule::by_hand(DEFAULT_THRESHOLD).with_budget(Some(budget))?;
    let raised = alerts(&rows, &rule);

    let last = rows.last().ok_or("there are no events")?.event.day();
    let first = Day(last.0 - COUNTED_DAYS + 1);
    let mut a_day = vec![0_u32; usize::try_from(COUNTED_DAYS)?];
    for group in raised.iter().filter(|group| group.day >= first) {
        a_day[usize::try_from(group.day.0 - first.0)?] += 1;
    }
    let cases = cases(&rows, first);
    let found = cases.values().filter(|groups| groups.iter().any(|group| raised.contains(group))).count();
    let weeks: Vec<u32> = a_day.chunks(WEEK).map(|days| days.iter().sum()).collect();
    let answer = json!({
        "budget": budget, "alerts": a_day.iter().sum::<u32>(), "days": a_day, "weeks": weeks,
        "cases": cases.len(), "cases_with_an_alert": found,
    });
    Ok(serde_json::to_writer(io::stdout().lock(), &answer)?)
}

/// Returns the groups that raise an alert, by the threshold that is in force when each event comes.
fn alerts(rows: &[LabelledEvent], rule: &ThresholdRule) -> BTreeSet<GroupKey> {
    let mut engine = InMemoryEngine::new(Model::shipped(), Limits::PRODUCT);
    let (mut history, mut raised) = (ScoreHistory::default(), BTreeSet::new());
    let version: Arc<str> = "".into();
    for commit in rows.chunks(EPOCH) {
        let events: Vec<Event> = commit.iter().map(|row| row.event.clone()).collect();
        let threshold = rule.in_force(&history).score();
        for (event, scored) in events.iter().zip(engine.observe(&events)) {
            let scored = ScoredEvent::of(event.clone(), &scored, threshold, event.time, &version);
            if scored.is_anomaly {
                raised.insert(GroupKey::of(&scored));
            }
            history.add(&scored);
        }
    }
    raised
}

/// Returns the user-days of each attack that begins on a day or later.
fn cases(rows: &[LabelledEvent], first: Day) -> BTreeMap<&str, BTreeSet<GroupKey>> {
    let mut cases: BTreeMap<&str, BTreeSet<GroupKey>> = BTreeMap::new();
    for LabelledEvent { event, label } in rows {
        if let Label::Attack { case, .. } = label {
            let group = GroupKey { user: event.user.clone(), day: event.day(), is_risk: false };
            cases.entry(case).or_default().insert(group);
        }
    }
    cases.retain(|_, groups| groups.iter().all(|group| group.day >= first));
    cases
}
