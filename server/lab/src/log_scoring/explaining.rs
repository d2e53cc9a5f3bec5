//! The explanations of the anomalies of a log.

use std::collections::VecDeque;

use shared::{
    calibration::Calibration,
    engine::{Engine, Scored},
    event::Event,
    explanation::{
        Explainer, Explanation, ExplanationRequest, LimeRequest, Reference, SentenceWriter, lime::TabularStatistics,
    },
    inputs::INPUTS,
};

/// The number of anomalies that get a linear model, which takes milliseconds each: the first ones.
const LINEAR_MODELS: u64 = 200;
/// The smallest and the largest number of earlier events whose inputs linear models are drawn from.
const FEWEST_ROWS: usize = 100;
const MOST_ROWS: usize = 1000;

/// What the anomalies of a log are explained by.
pub(super) struct Explaining {
    explainer: Explainer,
    /// The number of anomalies so far.
    anomalies: u64,
    /// The inputs of the latest events, as long as linear models are to come.
    latest: VecDeque<[f64; INPUTS]>,
}

/// What the anomalies of one epoch are explained by, as it was before the epoch.
pub(super) struct ExplainedEpoch<'a> {
    explainer: &'a Explainer,
    calibration: Calibration,
    statistics: Option<TabularStatistics>,
}

impl Explaining {
    pub(super) fn new(engine: &Engine) -> Self {
        Self { explainer: Explainer::of(engine.model().clone()), anomalies: 0, latest: VecDeque::new() }
    }

    /// Adds the events of an epoch, in their order. Returns what they are explained by, and for each event whether it is
    /// an anomaly with a linear model. The engine has not learnt from them yet.
    pub(super) fn next_epoch<'a>(
        &mut self,
        engine: &Engine,
        scored: impl Iterator<Item = &'a Scored>,
        threshold: f64,
    ) -> (ExplainedEpoch<'_>, Vec<bool>) {
        let has_models = self.anomalies < LINEAR_MODELS && self.latest.len() >= FEWEST_ROWS;
        let statistics = has_models.then(|| TabularStatistics::fit(self.latest.make_contiguous()));
        let mut modelled = Vec::new();
        for Scored { assessment, .. } in scored {
            let is_anomaly = assessment.anomaly_score() >= threshold;
            modelled.push(is_anomaly && self.anomalies < LINEAR_MODELS);
            self.anomalies += u64::from(is_anomaly);
            if self.anomalies < LINEAR_MODELS {
                self.latest.push_back(*assessment.inputs.values());
            }
        }
        self.latest.drain(..self.latest.len().saturating_sub(MOST_ROWS));
        (ExplainedEpoch { explainer: &self.explainer, calibration: engine.calibration().clone(), statistics }, modelled)
    }
}

impl ExplainedEpoch<'_> {
    /// Explains an anomaly.
    pub(super) fn explain(&self, event: &Event, scored: &Scored, is_modelled: bool) -> Explanation {
        let writer = SentenceWriter::of(event, &scored.assessment);
        let statistics = self.statistics.as_ref().filter(|_| is_modelled);
        self.explainer.explain(ExplanationRequest {
            writer,
            is_anomaly: true,
            calibration: &self.calibration,
            reference: &Reference::of_user(writer.inputs, self.explainer.model()),
            lime: statistics.map(|statistics| LimeRequest { statistics, runs: 1 }),
            counterfactual: None,
        })
    }
}
