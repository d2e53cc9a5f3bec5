//! The verdict on the event.

use leptos::prelude::*;
use shared::{
    calibration::DEFAULT_THRESHOLD,
    format::{one_in, percent},
    prediction::Prediction,
};

use super::LiveVerdict;
use crate::components::{Meter, Reasons, SeverityBadge};

/// How the event is judged, or what is wrong with it.
pub(super) fn verdict(live: Memo<LiveVerdict>, threshold: Signal<Option<f64>>) -> impl IntoView {
    let score = move || live.read().verdict.as_ref().ok().map(|prediction| format!("{:?}", prediction.anomaly_score));
    let user = move || live.read().verdict.as_ref().ok().map(|prediction| prediction.user_id.clone());
    let is_live = move || live.read().is_live.to_string();

    view! {
        <section class="panel verdict" aria-labelledby="verdict" data-score=score data-user=user data-live=is_live>
            <h2 class="label" id="verdict">"Judgement"</h2>
            {move || match live.get().verdict {
                Ok(prediction) => {
                    let threshold = threshold.get().unwrap_or(DEFAULT_THRESHOLD);
                    view! { <Judgement prediction threshold/> }.into_any()
                }
                Err(faults) => view! { <Faults faults/> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn Judgement(prediction: Prediction, threshold: f64) -> impl IntoView {
    let Prediction { anomaly_score, is_anomaly, severity, .. } = prediction;
    let verdict = if is_anomaly { "Anomaly" } else { "Looks normal" };
    let ordinary = prediction.reasons.is_empty().then(|| {
        view! { <p class="hint">"Nothing about this event is out of the ordinary for this user."</p> }
    });

    let disagreements: Vec<_> =
        prediction.disagreements.iter().map(|disagreement| view! { <li>{disagreement.sentence()}</li> }).collect();
    let differs = (!disagreements.is_empty()).then(|| {
        view! {
            <h3 class="label">"The sender says otherwise"</h3>
            <ul class="disagreements">{disagreements}</ul>
        }
    });

    view! {
        <p class="verdict-head">
            <span class="verdict-score">{format!("{anomaly_score:.3}")}</span>
            <span class="verdict-word">{verdict}</span>
            <SeverityBadge severity/>
        </p>
        <Meter part=Signal::stored(anomaly_score) colour=Signal::stored(severity.name()) mark=Some(threshold)/>
        <p class="meter-ends"><span>"ordinary"</span> <span>{format!("alarm from {threshold:.3}")}</span></p>
        <dl class="numbers">
            <div><dt>"How rare"</dt><dd>{one_in(prediction.p_value)}</dd></div>
            <div><dt>"Confidence"</dt><dd>{percent(prediction.confidence)}</dd></div>
            <div><dt>"Risk after it"</dt><dd>{format!("{:.0} of 100", prediction.user_risk)}</dd></div>
            <div><dt>"Active days before"</dt><dd>{prediction.active_days}</dd></div>
        </dl>
        <h3 class="label">"Why"</h3>
        <Reasons reasons=prediction.reasons colour=severity.name()/>
        {ordinary}
        {differs}
    }
}

/// All that is wrong with an event that cannot be judged.
#[component]
fn Faults(faults: Vec<String>) -> impl IntoView {
    let faults: Vec<_> = faults.into_iter().map(|fault| view! { <li>{fault}</li> }).collect();

    view! {
        <p>"The event cannot be judged yet:"</p>
        <ul class="faults">{faults}</ul>
    }
}
