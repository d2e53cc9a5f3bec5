//! What the server measures of itself: requests, judged events, and how long each stage takes.
//!
//! Measurements are kept by the minute for a day, so that any window can be asked for. Beside them stand the totals since
//! the start, from which Prometheus computes its own windows.

mod durations;
mod latencies;

pub use self::{
    durations::Durations,
    latencies::{Latencies, Quantiles},
};

use std::{
    collections::VecDeque,
    ops::AddAssign,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use strum::{IntoStaticStr, VariantArray};

/// The number of minutes for which measurements are kept: a day.
const KEPT_MINUTES: u64 = 24 * 60;
const MINUTE_SECONDS: u64 = 60;

/// What takes time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Stage {
    /// A request, from its head to the head of its answer.
    Request,
    /// An event, from when it came until the writer took it.
    Queue,
    /// The scoring of the events of one commit.
    Detect,
    /// The commit of events to the disk.
    Commit,
    /// The explanation of one prediction.
    Explain,
}

impl Stage {
    /// Returns the name by which programs know the stage.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A value for each stage.
#[derive(Debug, Clone, Default)]
pub struct ByStage<T>([T; Stage::VARIANTS.len()]);

impl<T> ByStage<T> {
    /// Returns every stage with its value.
    pub fn iter(&self) -> impl Iterator<Item = (Stage, &T)> {
        Stage::VARIANTS.iter().copied().zip(&self.0)
    }

    fn get_mut(&mut self, stage: Stage) -> &mut T {
        &mut self.0[stage as usize]
    }
}

/// Numbers of requests and events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Activity {
    /// The number of answered requests.
    pub requests: u64,
    /// The number of those that were answered with a status from 400 to 499.
    pub client_errors: u64,
    /// The number of those that were answered with a status from 500 on.
    pub server_errors: u64,
    /// The number of events that were judged and kept. An event that is sent again is not judged again.
    pub predictions: u64,
    /// The number of those that are anomalies.
    pub anomalies: u64,
    /// The number of alerts that were raised.
    pub alerts: u64,
}

impl AddAssign for Activity {
    fn add_assign(&mut self, other: Self) {
        self.requests += other.requests;
        self.client_errors += other.client_errors;
        self.server_errors += other.server_errors;
        self.predictions += other.predictions;
        self.anomalies += other.anomalies;
        self.alerts += other.alerts;
    }
}

/// What was measured in the last minutes.
#[derive(Clone)]
pub struct Window {
    /// The time that the measurements cover.
    pub covered: Duration,
    /// The numbers of requests and events.
    pub activity: Activity,
    /// How long each stage took.
    pub latencies: ByStage<Latencies>,
}

impl Window {
    fn of(Reached { covered, minutes }: Reached) -> Self {
        let mut window = Self { covered, activity: Activity::default(), latencies: ByStage::default() };
        for minute in minutes {
            window.activity += minute.activity;
            for (stage, latencies) in minute.latencies.iter() {
                window.latencies.get_mut(stage).merge(latencies);
            }
        }
        window
    }
}

/// What was measured since the start.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    /// The numbers of requests and events.
    pub activity: Activity,
    /// How long each stage took.
    pub durations: ByStage<Durations>,
}

/// Collects measurements. Its clones collect together.
#[derive(Clone)]
pub struct Metrics(Arc<Mutex<Recorder>>);

impl Default for Metrics {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Recorder::since(Instant::now()))))
    }
}

impl Metrics {
    /// Adds numbers, and the times that stages took.
    pub fn record(&self, activity: Activity, times: impl IntoIterator<Item = (Stage, Duration)>) {
        self.recorder().record(Instant::now(), activity, times);
    }

    /// Adds the time that a stage took.
    pub fn record_time(&self, stage: Stage, took: Duration) {
        self.record(Activity::default(), [(stage, took)]);
    }

    /// Returns what was measured in the last `length`, and since the minute began in which that did. No more than the last
    /// day is known.
    pub fn window(&self, length: Duration) -> Window {
        let reached = self.recorder().reached(Instant::now(), length);
        Window::of(reached) // without the lock, so that nobody who records waits
    }

    /// Returns what was measured since the start.
    pub fn totals(&self) -> Totals {
        self.recorder().totals.clone()
    }

    fn recorder(&self) -> MutexGuard<'_, Recorder> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The measurements of the last day and the totals.
struct Recorder {
    start: Instant,
    /// Those with measurements, the oldest first.
    minutes: VecDeque<Arc<Minute>>,
    totals: Totals,
}

#[derive(Clone)]
struct Minute {
    /// The number of the minute since the start.
    number: u64,
    activity: Activity,
    latencies: ByStage<Latencies>,
}

/// The minutes that reach into a window, and the time that they cover.
struct Reached {
    covered: Duration,
    minutes: Vec<Arc<Minute>>,
}

impl Recorder {
    fn since(start: Instant) -> Self {
        Self { start, minutes: VecDeque::new(), totals: Totals::default() }
    }

    fn record(&mut self, now: Instant, activity: Activity, times: impl IntoIterator<Item = (Stage, Duration)>) {
        let number = self.elapsed(now).as_secs() / MINUTE_SECONDS;
        if self.minutes.back().is_none_or(|minute| minute.number != number) {
            self.minutes.retain(|minute| minute.number + KEPT_MINUTES > number);
            let minute = Minute { number, activity: Activity::default(), latencies: ByStage::default() };
            self.minutes.push_back(Arc::new(minute));
        }
        let minute = Arc::make_mut(self.minutes.back_mut().expect("it was pushed"));
        minute.activity += activity;
        self.totals.activity += activity;
        for (stage, took) in times {
            minute.latencies.get_mut(stage).add(took);
            self.totals.durations.get_mut(stage).add(took);
        }
    }

    fn reached(&self, now: Instant, length: Duration) -> Reached {
        let elapsed = self.elapsed(now);
        let longest = Duration::from_secs(KEPT_MINUTES * MINUTE_SECONDS);
        let first = elapsed.saturating_sub(length.min(longest)).as_secs() / MINUTE_SECONDS;
        Reached {
            covered: elapsed.saturating_sub(Duration::from_secs(first * MINUTE_SECONDS)),
            minutes: self.minutes.iter().filter(|minute| minute.number >= first).map(Arc::clone).collect(),
        }
    }

    fn elapsed(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Activity =
        Activity { requests: 1, client_errors: 0, server_errors: 0, predictions: 2, anomalies: 1, alerts: 1 };

    #[test]
    fn a_window_has_the_minutes_that_reach_into_it_and_totals_have_all() {
        let start = Instant::now();
        let after = |seconds: u64| start + Duration::from_secs(seconds);
        let mut recorder = Recorder::since(start);
        for (seconds, ms) in [(0, 10), (59, 20), (60, 30), (179, 40)] {
            recorder.record(after(seconds), ONE, [(Stage::Commit, Duration::from_millis(ms))]);
        }
        let of = |length: u64| {
            let window = Window::of(recorder.reached(after(180), Duration::from_secs(length)));
            (window.covered.as_secs(), window.activity.requests)
        };
        assert_eq!(of(1), (60, 1));
        assert_eq!(of(60), (60, 1));
        assert_eq!(of(61), (120, 2));
        assert_eq!(of(3600), (180, 4));
        let totals = &recorder.totals;
        assert_eq!((totals.activity.requests, totals.activity.predictions, totals.activity.anomalies), (4, 8, 4));
    }

    #[test]
    fn quantiles_of_a_window_are_those_of_all_its_minutes() {
        let start = Instant::now();
        let mut recorder = Recorder::since(start);
        for ms in 1..=1000 {
            let now = start + Duration::from_secs(ms);
            recorder.record(now, Activity::default(), [(Stage::Queue, Duration::from_millis(ms))]);
        }
        let window = Window::of(recorder.reached(start + Duration::from_secs(1000), Duration::from_secs(1000)));
        for (stage, latencies) in window.latencies.iter() {
            let Some(Quantiles { p50, p95, p99, max }) = latencies.quantiles() else {
                assert_ne!(stage, Stage::Queue);
                continue;
            };
            assert_eq!((stage, latencies.count(), max), (Stage::Queue, 1000, 1.0));
            let is_near = |value: f64, expected: f64| (value - expected).abs() <= 0.011 * expected;
            assert!(is_near(p50, 0.5) && is_near(p95, 0.95) && is_near(p99, 0.99), "{p50} {p95} {p99}");
        }
    }

    #[test]
    fn minutes_are_forgotten_after_a_day() {
        let start = Instant::now();
        let mut recorder = Recorder::since(start);
        for minute in 0..KEPT_MINUTES + 10 {
            recorder.record(start + Duration::from_secs(minute * MINUTE_SECONDS), ONE, []);
        }
        assert_eq!(recorder.minutes.len() as u64, KEPT_MINUTES);
        assert_eq!(recorder.totals.activity.requests, KEPT_MINUTES + 10);
    }
}
