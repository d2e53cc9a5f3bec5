//! The comparison of an event with its user's profile and the population, as both were before it; no model is used.

use crate::{
    calendar::{Day, days_since_epoch, second_of},
    event::Event,
    facts::Facts,
    families::{Family, Moment, Tree},
    last_event::LastEvent,
    likelihood::{EvidenceOfFamilies, LikelihoodScorer},
    math::exp,
    population::{DecayWeight, Population},
    profile::{Baseline, ClosedDay, DAY_TOTALS, DayState, Precision, Profile, WARM_UP_DAYS, given_group},
    sensitivity::{sensitivity_of, shares},
    service_account::is_service_account,
    travel::{Position, Travel},
    values::{Paths, Values},
};

/// The result of comparing an event with the user's profile and the population, both as they were before the event.
#[derive(Debug, Clone, PartialEq)]
pub struct EventContext {
    /// The event's second of Unix time.
    pub second: i64,
    /// The event's values.
    pub values: Values,
    /// The event's paths.
    pub paths: Paths,
    /// The evidence of each family about the event.
    pub evidence: EvidenceOfFamilies,
    /// The user's day with this event's evidence and counts; the identity evidence in it is that before the event.
    pub day: DayState,
    /// The natural logarithm by which each total of the day (failures, megabytes moved) exceeds twice the user's mean.
    pub excess: [f64; DAY_TOTALS],
    /// The organisation's mean identity evidence of a user-day, in bits.
    pub usual_identity: f64,
    /// The user's mean identity evidence of a day in bits, shrunk towards the organisation's.
    pub usual_identity_of_user: f64,
    /// The values that are derived from the user's last event.
    pub derived: Derived,
    /// The number of days before this event's day on which the user was active.
    pub active_days: u32,
    /// The user's baseline, with the day that this event closed.
    pub(crate) baseline: Baseline,
    /// The summary of the day that this event closed, if it closed one.
    pub(crate) closed_day: Option<ClosedDay>,
    /// Whether the event is from before the user's current day.
    pub(crate) is_late: bool,
    /// The sensitivity of the act, from 0 to 3.
    pub sensitivity: f64,
    /// Whether the event itself shows that the user is a service account.
    pub(crate) is_program: bool,
    /// Whether the user is a service account, by this event or by an earlier one.
    pub(crate) is_service: bool,
    /// The peer group that the event gives.
    pub(crate) given_group: Option<u64>,
    /// The facts that the sentences about the event need.
    pub(crate) facts: Facts,
    /// The peer group whose counts the event is compared with and adds to.
    pub(crate) peer_group: Option<u64>,
    /// The precision of the user's profile, which that of the inputs follows.
    pub(crate) precision: Precision,
}

impl EventContext {
    /// Compares `event` with the user's `profile` and the `population`, neither of which has learnt from it yet.
    pub fn of(event: &Event, profile: &Profile, population: &Population) -> Self {
        let second = second_of(event.time);
        let UserDay { mut day, opened_days, baseline, organisation, closed, is_late } =
            UserDay::of(second, profile, population);
        let values = Values::of(&Moment { event, second, last: profile.last() });
        let paths = Paths::of(event);
        let resource = paths.get(Tree::Resource);
        let is_program = is_service_account(event);
        let given_group = given_group(event, is_program);
        let peer_group = profile.peer_group_at(given_group, &paths);
        let derived = Derived::of(event, &values, second, profile.last());
        let clock = profile.clock(opened_days);
        let (decay, peers) = (DecayWeight::at(second), population.peers(peer_group));
        let evidence = LikelihoodScorer { profile, clock, population, second, decay, peers }.evidence(&values, &paths);
        let is_new_resource = resource.is_some_and(|path| !profile.has_touched(path.leaf()));
        day.bits.add(&evidence.map(|evidence| evidence.map_or(0.0, |evidence| evidence.bits)), profile.precision());
        let shares = shares(event);
        day.count(event, shares, is_new_resource, derived.failed_attempts);
        let excess = profile.excess_totals(&day.totals(), &clock, population.day_totals());
        let usual_totals = usual_of_excessive(&excess, &profile.usual_totals(&clock, population.day_totals()));
        Self {
            facts: Facts::of(&values, &paths, &evidence, profile, &day, usual_totals),
            second,
            values,
            paths,
            evidence,
            excess,
            usual_identity: organisation.mean(),
            usual_identity_of_user: baseline.mean_of_user(&organisation),
            day,
            derived,
            active_days: profile.active_days(),
            baseline,
            closed_day: closed,
            peer_group,
            is_late,
            is_program,
            sensitivity: sensitivity_of(event.action, shares),
            is_service: profile.is_service_at(event, is_program),
            given_group,
            precision: profile.precision(),
        }
    }
}

/// Returns the usual totals of a day, each if the day exceeds it; both are given as natural logarithms of `1 + x`.
fn usual_of_excessive(excess: &[f64; DAY_TOTALS], usual: &[f64; DAY_TOTALS]) -> [Option<f64>; DAY_TOTALS] {
    std::array::from_fn(|total| (excess[total] > 0.0).then(|| exp(usual[total]) - 1.0))
}

/// Values that are derived from the user's last event. The sender of an event may also give the first two.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Derived {
    /// Whether the place differs from the last known one; none if either is unknown.
    pub location_change: Option<bool>,
    /// The number of consecutive failures right before the event.
    pub failed_attempts: u32,
    /// The travel from the last known coordinates; none if either coordinates are unknown or the event is late.
    pub travel: Option<Travel>,
    /// The time since the user's last event, in days; none for the first event and for a late one.
    pub pause: Option<f64>,
}

impl Derived {
    fn of(event: &Event, values: &Values, second: i64, last: &LastEvent) -> Self {
        let place = values.get(Family::Location);
        let location_change = last.place.zip(place).map(|(last, now)| last != now);
        let days_since = |last: i64| days_since_epoch(second) - days_since_epoch(last);
        let pause = last.second.map(days_since).filter(|days| *days >= 0.0);
        let here = event.coordinates.map(|coordinates| Position { coordinates, second });
        let way = last.position.zip(here).filter(|_| pause.is_some());
        Self {
            location_change,
            failed_attempts: last.failures_until(second),
            travel: way.and_then(|(last, here)| Travel::between(last, here)),
            pause,
        }
    }
}

/// The user's day of an event, as it was before the event.
struct UserDay {
    day: DayState,
    /// 1 if the event opens a new day, else 0.
    opened_days: i32,
    /// The user's baseline, with the day that the event closed.
    baseline: Baseline,
    /// The organisation's baseline, with the day that the event closed.
    organisation: Baseline,
    closed: Option<ClosedDay>,
    is_late: bool,
}

impl UserDay {
    fn of(second: i64, profile: &Profile, population: &Population) -> Self {
        let day = Day::of(second);
        let (baseline, organisation) = (profile.baseline(), *population.baseline());
        let unchanged =
            Self { day: DayState::new(day), opened_days: 0, baseline, organisation, closed: None, is_late: false };
        match profile.day() {
            Some(current) if current.day == day => Self { day: *current, ..unchanged },
            // The counts of a late event's day are gone, so the event is compared as if it were alone on its day.
            Some(current) if current.day > day => Self { is_late: true, ..unchanged },
            Some(last) => Self::after(last, day, profile, organisation),
            None => Self { opened_days: 1, ..unchanged },
        }
    }

    /// Returns a new `day`, which closes the user's `last` one.
    fn after(last: &DayState, day: Day, profile: &Profile, organisation: Baseline) -> Self {
        let identity = profile.baseline().limited(last.identity, &organisation);
        Self {
            day: DayState::new(day),
            opened_days: 1,
            baseline: profile.baseline().after_day(identity),
            organisation: organisation.after_user_day(identity),
            closed: Some(ClosedDay { identity, totals: last.totals(), is_known: profile.active_days() > WARM_UP_DAYS }),
            is_late: false,
        }
    }
}
