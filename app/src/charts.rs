//! Bar charts as SVG text. They stretch to any width and have no axes: the page labels them.

use plotters::prelude::{BLACK, Color as _, DrawingBackend as _, SVGBackend};

use crate::page_types::DayCount;

/// Distance from one bar to the next, in units of the drawing.
const PITCH: u32 = 10;
/// Space between two bars, in units of the drawing.
const SPACING: u32 = 2;

/// Draws the number of events of each day.
pub fn events_a_day(days: &[DayCount]) -> String {
    bars(&days.iter().map(|day| day.events).collect::<Vec<_>>(), 120)
}

/// Draws the number of anomalies of each day.
pub fn anomalies_a_day(days: &[DayCount]) -> String {
    bars(&days.iter().map(|day| day.anomalies).collect::<Vec<_>>(), 40)
}

/// Draws a bar for each count. The largest is as high as the drawing.
///
/// The style sheet sets size and colour, so that the drawing suits any width and theme.
fn bars(counts: &[u64], height: u32) -> String {
    let width = PITCH * u32::try_from(counts.len()).expect("a drawing has few bars");
    let mut drawing = String::new();
    let mut backend = SVGBackend::with_string(&mut drawing, (width, height));
    for (left, top) in (0..).step_by(PITCH as usize).zip(tops(counts, height)) {
        if top < height {
            let (x, right) = (pixel(left), pixel(left + PITCH - SPACING));
            let style = BLACK.filled();
            backend.draw_rect((x, pixel(top)), (right, pixel(height)), &style, true).expect("a text takes everything");
        }
    }
    backend.present().expect("a text takes everything");
    drop(backend);
    let fixed = format!("width=\"{width}\" height=\"{height}\" ");
    drawing
        .replacen(&fixed, "class=\"chart\" preserveAspectRatio=\"none\" aria-hidden=\"true\" ", 1)
        .replace(" opacity=\"1\" fill=\"#000000\" stroke=\"none\"", "")
}

/// Returns the upper end of each bar, counted from the top. A count above zero has a visible bar.
fn tops(counts: &[u64], height: u32) -> impl Iterator<Item = u32> {
    let largest = counts.iter().copied().max().unwrap_or_default().max(1);
    counts.iter().map(move |count| {
        let length = (count * u64::from(height)).div_ceil(largest);
        height - u32::try_from(length).expect("no bar is higher than the drawing")
    })
}

fn pixel(position: u32) -> i32 {
    i32::try_from(position).expect("a drawing has few bars")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_bar_fills_the_drawing_and_the_smallest_is_seen() {
        assert_eq!(tops(&[1000, 500, 1, 0], 100).collect::<Vec<_>>(), [0, 50, 99, 100]);
        assert_eq!(tops(&[0, 0], 100).collect::<Vec<_>>(), [100, 100]);
    }

    #[test]
    fn a_drawing_has_neither_size_nor_colours_nor_styles() {
        let drawing = bars(&[4, 0, 2], 40);
        assert!(
            drawing.starts_with(
                "<svg class=\"chart\" preserveAspectRatio=\"none\" aria-hidden=\"true\" viewBox=\"0 0 30 40\""
            ),
            "{drawing}"
        );
        assert_eq!(drawing.matches("<rect x=").count(), 2, "{drawing}");
        assert!(drawing.contains("<rect x=\"20\" y=\"20\" width=\"8\" height=\"20\"/>"), "{drawing}");
        assert!(!drawing.contains("style=") && !drawing.contains("#000"), "{drawing}");
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        assert!(bars(&[], 40).contains("<svg"));
    }
}
