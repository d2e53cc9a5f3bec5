//! The way from the usual score of a user to that of an event, step by step.

use leptos::prelude::*;
use shared::{explanation::Observation, prediction::Prediction};

use super::usual_and_this::usual_and_this;

/// Length of the scale from 0 to 1, in units of the drawing.
const LENGTH: f64 = 1000.0;

/// One step: what it is, and the score before and after it.
#[derive(Debug, Clone, PartialEq)]
struct Step {
    what: String,
    from: f64,
    to: f64,
    /// What was observed and the name of its part of the evidence; none for a step that is no reason.
    observation: Option<(String, Observation)>,
}

/// The reasons for a score as a table, each with what it adds and a bar on the scale of the score, from the score of an
/// ordinary moment to that of the event. `hours` has the shares of the user's days by hour of the day.
///
/// A prediction without reasons has no steps: nothing is shown.
pub fn waterfall(prediction: &Prediction, hours: Option<[f64; 24]>) -> Option<AnyView> {
    let steps = steps(prediction)?;
    let rows: Vec<_> = steps.into_iter().map(|step| row(step, hours.as_ref(), prediction)).collect();
    let base = prediction.base_value?;
    let score = prediction.anomaly_score;

    let table = view! {
        <table class="waterfall">
            <caption class="unseen">"What each reason adds to the score"</caption>
            <thead class="unseen">
                <tr><th scope="col">"Reason"</th><th scope="col">"Adds"</th><td></td></tr>
            </thead>
            <tbody>
                <tr class="waterfall-end">
                    <th scope="row">"An ordinary moment of this user"</th>
                    <td class="number">{format!("{base:.3}")}</td>
                    <td>{bar(0.0, base, "base")}</td>
                </tr>
                {rows}
                <tr class="waterfall-end">
                    <th scope="row">"Score of this event"</th>
                    <td class="number">{format!("{score:.3}")}</td>
                    <td>{bar(0.0, score, "base")}</td>
                </tr>
            </tbody>
        </table>
    };
    Some(table.into_any())
}

/// Returns the steps from the base value to the score: the reasons, then everything else together.
fn steps(prediction: &Prediction) -> Option<Vec<Step>> {
    let mut at = prediction.base_value?;
    let mut steps = Vec::new();
    for reason in &prediction.reasons {
        let observation = Some((reason.feature.clone(), reason.observation.clone()));
        steps.push(Step { what: reason.sentence.clone(), from: at, to: at + reason.contribution, observation });
        at += reason.contribution;
    }
    let rest = "Everything else together".to_owned();
    steps.push(Step { what: rest, from: at, to: prediction.anomaly_score, observation: None });
    Some(steps)
}

fn row(step: Step, hours: Option<&[f64; 24]>, prediction: &Prediction) -> impl IntoView + use<> {
    let Step { what, from, to, observation } = step;
    let class = if to >= from { "up" } else { "down" };
    let beside = observation.map(|(feature, observation)| {
        let hours = hours.filter(|_| feature == "hour").map(|hours| (*hours, prediction.timestamp));
        usual_and_this(observation, hours)
    });

    view! {
        <tr>
            <th scope="row"><p>{what}</p> {beside}</th>
            <td class="number">{signed(to - from)}</td>
            <td>{bar(from, to, class)}</td>
        </tr>
    }
}

/// Writes a contribution with its sign.
fn signed(contribution: f64) -> String {
    let sign = if contribution < 0.0 { '\u{2212}' } else { '+' };
    format!("{sign}{:.3}", contribution.abs())
}

fn bar(from: f64, to: f64, class: &'static str) -> impl IntoView {
    let left = (LENGTH * from.min(to)).clamp(0.0, LENGTH);
    let width = (LENGTH * (to - from).abs()).clamp(3.0, LENGTH);

    view! {
        <svg class="waterfall-bar" viewBox="0 0 1000 16" preserveAspectRatio="none" aria-hidden="true">
            <rect class="meter-all" width="1000" height="16"/>
            <rect class=class x=format!("{left:.0}") width=format!("{width:.0}") height="16"/>
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use shared::{
        engine::Engine,
        event::{Action, Event},
        model::Model,
        population::Population,
        prediction::Explained,
        profile::Profile,
        scored_event::ScoredEvent,
    };

    use super::*;

    fn prediction(base_value: Option<f64>, contributions: &[f64], anomaly_score: f64) -> Prediction {
        let time = "2026-11-21T09:30:00Z".parse().expect("a time");
        let event = Event::new("ann".parse().expect("an id"), time, Action::View);
        let scored = Engine::new(Model::shipped(), Population::default()).assess(&event, &Profile::default());
        let prediction = ScoredEvent::of(event, &scored, 0.7, time, &"of a test".into()).prediction();
        let reason = |contribution: &f64| Explained {
            feature: "hour".to_owned(),
            contribution: *contribution,
            sentence: "Rarely active at 03:00".to_owned(),
            observation: Observation::default(),
        };
        Prediction { base_value, anomaly_score, reasons: contributions.iter().map(reason).collect(), ..prediction }
    }

    #[test]
    fn the_steps_lead_from_the_base_value_to_the_score() {
        let steps = steps(&prediction(Some(0.1), &[0.5, 0.25], 0.8)).expect("there is a base value");
        let ends: Vec<_> = steps.iter().map(|step| (step.from, step.to)).collect();
        assert_eq!(ends, [(0.1, 0.6), (0.6, 0.85), (0.85, 0.8)]);
        assert_eq!(signed(steps[2].to - steps[2].from), "\u{2212}0.050");
    }

    #[test]
    fn without_reasons_there_are_no_steps() {
        assert_eq!(steps(&prediction(None, &[], 0.2)), None);
    }
}
