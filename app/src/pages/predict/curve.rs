//! The scores of the event for all values of a slider, as bars above it.

use leptos::prelude::*;

/// Distance from one bar to the next, in units of the drawing.
const PITCH: usize = 10;
/// Height of the drawing, that of the score 1.
const HEIGHT: f64 = 40.0;

/// The scores of the event for all values of a slider.
pub(super) struct Curve<'a> {
    scores: &'a [f64],
    threshold: f64,
}

impl<'a> Curve<'a> {
    /// Makes the curve of some scores. `threshold` is the score from which on an event is an anomaly.
    pub(super) fn of(scores: &'a [f64], threshold: f64) -> Self {
        Self { scores, threshold }
    }

    /// Says where the score is highest and lowest; nothing while there are no scores.
    pub(super) fn extremes(&self, text: fn(u16) -> String) -> String {
        let places = (0..).zip(self.scores);
        let highest = places.clone().max_by(|(_, a), (_, b)| a.total_cmp(b));
        let lowest = places.min_by(|(_, a), (_, b)| a.total_cmp(b));
        let (Some((high_at, high)), Some((low_at, low))) = (highest, lowest) else { return String::new() };
        format!("Lowest {low:.2} at {}, highest {high:.2} at {}", text(low_at), text(high_at))
    }

    /// Returns the path of the bars of anomalies, or of the others.
    fn bars(&self, of_anomalies: bool) -> String {
        let bars = self.scores.iter().enumerate().filter(|(_, score)| (**score >= self.threshold) == of_anomalies);
        let path =
            |(place, score): (usize, &f64)| format!("M{} {HEIGHT}v-{:.1}", place * PITCH, HEIGHT * score.max(0.02));
        bars.map(path).collect::<Vec<_>>().concat()
    }
}

/// The bars, with the threshold and the value of the slider.
pub(super) fn curve(scores: ReadSignal<Vec<f64>>, at: Signal<u16>, last: u16, threshold: Signal<f64>) -> impl IntoView {
    let width = usize::from(last) * PITCH;
    let bars = move |of_anomalies| Curve::of(&scores.read(), threshold.get()).bars(of_anomalies);
    let level = move || format!("M0 {:.1}h{width}", HEIGHT * (1.0 - threshold.get()));
    let here = move || format!("M{} 0v{HEIGHT}", usize::from(at.get()) * PITCH);

    view! {
        <svg class="curve" viewBox=format!("0 0 {width} {HEIGHT}") preserveAspectRatio="none" aria-hidden="true">
            <path class="curve-here" d=here/>
            <path class="curve-bars" d=move || bars(false)/>
            <path class="curve-bars high" d=move || bars(true)/>
            <path class="curve-threshold" d=level/>
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anomalies_are_drawn_apart_and_no_score_is_invisible() {
        let curve = Curve::of(&[0.0, 0.5, 0.7], 0.7);
        assert_eq!(curve.bars(false), "M0 40v-0.8M10 40v-20.0");
        assert_eq!(curve.bars(true), "M20 40v-28.0");
    }

    #[test]
    fn the_extremes_are_told_in_words() {
        let text = |at: u16| format!("{at:02}:00");
        assert_eq!(Curve::of(&[0.2, 0.954, 0.1], 0.7).extremes(text), "Lowest 0.10 at 02:00, highest 0.95 at 01:00");
        assert_eq!(Curve::of(&[], 0.7).extremes(text), "");
    }
}
