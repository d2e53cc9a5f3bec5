//! A small curve beside a number.

use leptos::prelude::*;

/// Distance from one value to the next, in units of the drawing.
const PITCH: usize = 4;
/// Height of the drawing.
const HEIGHT: f64 = 24.0;

/// The course of a risk: risks from 0 to 100, the oldest first. `colour` is a style class: the name of a severity, or
/// none for the usual colour.
///
/// It is hidden from screen readers: the risk and its change must stand beside it as text.
pub fn sparkline(risks: &[f64], colour: &str) -> impl IntoView + use<> {
    let width = risks.len().saturating_sub(1).max(1) * PITCH;
    let line = line(risks);
    let area = format!("{line}V{HEIGHT}H0z");

    view! {
        <svg
            class=format!("sparkline {colour}")
            viewBox=format!("0 0 {width} {HEIGHT}")
            preserveAspectRatio="none"
            aria-hidden="true"
        >
            <path class="sparkline-area" d=area/>
            <path class="sparkline-line" d=line/>
        </svg>
    }
}

/// Returns the path of a curve through all values. A value of 0 is drawn within the drawing.
fn line(risks: &[f64]) -> String {
    let y = |risk: f64| (HEIGHT - 1.0) * (1.0 - risk.clamp(0.0, 100.0) / 100.0) + 0.5;
    let points: Vec<_> =
        risks.iter().enumerate().map(|(place, risk)| format!("{} {:.1}", place * PITCH, y(*risk))).collect();
    format!("M{}", points.join("L"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_goes_from_the_bottom_for_no_risk_to_the_top_for_the_highest() {
        assert_eq!(line(&[0.0, 50.0, 100.0]), "M0 23.5L4 12.0L8 0.5");
    }
}
