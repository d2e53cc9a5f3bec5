//! The report as a page of its own, with a waterfall of the contributions.

use shared::explanation::LimeCondition;

use super::{ExplanationReport, Step};
use crate::html_report::{
    document, escaped, key,
    plot::{ATTACKED, Axis, BENIGN, OTHER, Plot, RGBColor, Shape},
    section, table,
};

/// The height of a step, in units of the SVG.
const STEP_HEIGHT: u32 = 44;
/// The room for the axis, in units of the SVG.
const AXIS_HEIGHT: u32 = 60;

impl ExplanationReport {
    /// Returns the report as a page that needs no other file.
    pub(crate) fn html(&self) -> String {
        let Self { prediction, explanation } = self;
        let title = format!("Event {} of {}", escaped(&prediction.event_id), escaped(&prediction.user_id));
        let lead = [&explanation.text_explanation, &self.summary()].map(|text| format!("<p>{}</p>\n", escaped(text)));
        let sections = [Some(self.contributions()), self.change(), self.linear_model()].into_iter().flatten();
        document(&title, &title, &lead.into_iter().chain(sections).collect::<Vec<_>>().concat())
    }

    fn contributions(&self) -> String {
        let shap = &self.explanation.shap_explanation;
        let steps = self.steps();
        let figure = waterfall(shap.base_value, &steps).figure();
        let colours = key(&[("attacked", "raises the score"), ("benign", "lowers it"), ("other", "start and end")]);
        let end = |name: &str, score: f64| (name.to_owned(), vec![format!("{score:.3}")]);
        let step = |step: &Step| (escaped(&step.sentence), vec![format!("{:+.3}", step.contribution)]);
        let mut rows = vec![end(shap.reference.text(), shap.base_value)];
        rows.extend(steps.iter().map(step));
        rows.push(end("this event", shap.anomaly_score));
        let all = table("what happened", &["part of the score"], &rows);
        section("What the score is made of", &format!("{figure}{colours}{all}"))
    }

    fn change(&self) -> Option<String> {
        let sentence = self.changed_verdict()?;
        Some(section("What would turn the verdict", &format!("<p>{}</p>\n", escaped(&sentence))))
    }

    fn linear_model(&self) -> Option<String> {
        let lime = self.explanation.lime_explanation.as_ref()?;
        let row = |condition: &LimeCondition| {
            let spread = condition.spread.map_or_else(String::new, |spread| format!("{spread:.3}"));
            (escaped(&condition.condition), vec![format!("{:+.3}", condition.weight), spread])
        };
        let rows: Vec<_> = lime.values.iter().map(row).collect();
        let note = format!("<p class=\"note\">{}</p>\n", escaped(&self.fit_of_linear_model()?));
        let weights = table("condition", &["weight", "spread over draws"], &rows);
        Some(section("A linear model around the event", &format!("{weights}{note}")))
    }
}

/// Draws the way from the base value to the score, a step below the other.
fn waterfall(base: f64, steps: &[Step]) -> Plot {
    let rows = u32::try_from(steps.len() + 2).expect("few steps are told");
    let row = |number: usize| f64::from(rows) - 1.0 - f64::from(u32::try_from(number).expect("few steps are told"));
    let mut shapes = bar(row(0), "usual".to_owned(), OTHER, 0.0, base);
    let mut at = base;
    for (number, step) in steps.iter().enumerate() {
        let colour = if step.contribution > 0.0 { ATTACKED } else { BENIGN };
        let name = format!("{:+.3}  {}", step.contribution, shortened(&step.sentence));
        shapes.extend(bar(row(number + 1), name, colour, at, at + step.contribution));
        at += step.contribution;
    }
    shapes.extend(bar(row(steps.len() + 1), format!("{at:.3}  anomaly score"), OTHER, 0.0, at));
    Plot {
        title: "From the usual score to the score of the event",
        x: Axis { range: 0.0..1.0, name: "anomaly score", label: |score| format!("{score:.1}") },
        y: Axis { range: 0.0..f64::from(rows), name: "", label: |_| String::new() },
        height: rows * STEP_HEIGHT + AXIS_HEIGHT,
        shapes,
    }
}

fn bar(base: f64, name: String, colour: RGBColor, from: f64, to: f64) -> Vec<Shape> {
    vec![Shape::Text(name, (0.005, base + 0.9)), Shape::Bar(colour, (from, base + 0.12), (to, base + 0.52))]
}

/// Returns a sentence that fits into the chart.
fn shortened(sentence: &str) -> String {
    /// The number of characters that fit.
    const ROOM: usize = 64;
    let shown: String = sentence.chars().take(ROOM).collect();
    if shown.len() < sentence.len() { shown + "…" } else { shown }
}
