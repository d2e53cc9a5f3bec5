//! An event against what was known before it, as far as no model is asked.

use crate::{
    calendar::{Day, days_since_epoch, second_of},
    event::Event,
    facts::Facts,
    families::{Family, Moment, Tree},
    last_event::LastEvent,
    likelihood::{EvidenceOfFamilies, LikelihoodScorer},
    population::{DecayWeight, Population},
    profile::{Baseline, ClosedDay, DAY_TOTALS, DayState, Profile, WARM_UP_DAYS, given_group},
    sensitivity::{sensitivity_of, shares},
    service_account::is_service_account,
    travel::{Position, Travel},
    values::{Paths, Values},
};

/// What an event is compared by, against the user's profile and the population as they were before it.
#[derive(Debug, Clone, PartialEq)]
pub struct EventContext {
    /// The event's second of Unix time.
    pub second: i64,
    /// The event's values.
    pub values: Values,
    /// The event's paths.
    pub paths: Paths,
    /// What each family says of the event.
    pub evidence: EvidenceOfFamilies,
    /// The user's day so far with this event's evidence and counts; its identity evidence is that before the event.
    pub day: DayState,
    /// By how much each total of the day exceeds twice the usual one, as logarithms: failures, megabytes moved.
    pub excess: [f64; DAY_TOTALS],
    /// The usual identity evidence of a user-day of the organisation, in bits.
    pub usual_identity: f64,
    /// The usual identity evidence of the user's days, in bits.
    pub usual_identity_of_user: f64,
    /// Values derived from the profile that a client may also send, and what follows from them.
    pub derived: Derived,
    /// Number of days before this event's day on which the user was active.
    pub active_days: u32,
    /// The user's baseline, the day that this event closed included.
    pub(crate) baseline: Baseline,
    /// The user's day before this one, where this event closed it.
    pub(crate) closed_day: Option<ClosedDay>,
    /// Whether the event is from before the user's current day.
    pub(crate) is_late: bool,
    /// The sensitivity of the act, from 0 to 3.
    pub sensitivity: f64,
    /// Whether the event itself says that the user is a service account.
    pub(crate) is_program: bool,
    /// Whether the user is a service account, by the event or as known before.
    pub(crate) is_service: bool,
    /// The peer group that the event tells.
    pub(crate) given_group: Option<u64>,
    /// What the sentences about the event speak of.
    pub(crate) facts: Facts,
    /// The peer group whose counts the event is compared with and adds to.
    pub(crate) peer_group: Option<u64>,
}

impl EventContext {
    /// Compares `event` with the user's `profile` and the `population`, neither of which includes it yet.
    pub fn of(event: &Event, profile: &Profile, population: &Population) -> Self {
        let second = second_of(event.time);
        let UserDay { mut day, opened_days, baseline, organisation, closed, is_late } =
            UserDay::of(second, profile, population);
        let last = profile.last();
        let values = Values::of(&Moment { event, second, last });
        let paths = Paths::of(event);
        let resource = paths.get(Tree::Resource);
        let is_program = is_service_account(event);
        let peer_group = profile.peer_group_at(event, is_program, &paths);
        let derived = Derived::of(event, &values, second, last);
        let clock = profile.clock(opened_days);
        let scorer = LikelihoodScorer {
            profile,
            clock,
            population,
            decay: DecayWeight::at(second),
            peers: population.peers(peer_group),
        };
        let evidence = scorer.evidence(&values, &paths);
        let is_new_resource = resource.is_some_and(|path| !profile.has_touched(path.leaf()));
        day.bits.add(&evidence.map(|evidence| evidence.map_or(0.0, |evidence| evidence.bits)), profile.precision());
        let shares = shares(event);
        day.count(event, shares, is_new_resource, derived.failed_attempts);
        let facts = Facts::of(&values, &paths, &evidence, profile);
        Self {
            second,
            values,
            paths,
            evidence,
            excess: profile.excess_totals(&day.totals(), &clock, population.day_totals()),
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
            given_group: given_group(event, is_program),
            facts,
        }
    }
}

/// Values that are derived from the profile: some of them a client may also send.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Derived {
    /// Whether the place differs from the last one; none where one of them is unknown.
    pub location_change: Option<bool>,
    /// Number of consecutive failures right before the event.
    pub failed_attempts: u32,
    /// The way from the last place with known coordinates; none where either place is unknown or the event is late.
    pub travel: Option<Travel>,
    /// Days since the user's last event; none for the first event and for a late one.
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

/// The user's day on which an event falls, as it was before the event.
struct UserDay {
    day: DayState,
    /// 1 where the event opens a new day, else 0.
    opened_days: i32,
    /// The user's baseline after the day that the event closed.
    baseline: Baseline,
    /// The organisation's baseline after the day that the event closed.
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
            // A late event is compared alone: its own day is over.
            Some(current) if current.day > day => Self { is_late: true, ..unchanged },
            Some(last) => Self::after(last, day, profile, organisation),
            None => Self { opened_days: 1, ..unchanged },
        }
    }

    /// Opens `day`, which closes the user's `last` one.
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
