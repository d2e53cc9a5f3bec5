//! A bar that shows a share.

use leptos::prelude::*;

/// A partly filled bar. It is hidden from screen readers, so the number must stand beside it as text.
#[component]
pub fn Meter(
    /// The filled part, from 0 to 1.
    #[prop(into)]
    part: Signal<f64>,
    /// Style class of the filled part: the name of a severity, or none for the usual colour.
    #[prop(into, default = Signal::stored(""))]
    colour: Signal<&'static str>,
    /// Position of a mark, from 0 to 1.
    #[prop(optional_no_strip)]
    mark: Option<f64>,
) -> impl IntoView {
    let mark = mark.map(|mark| {
        view! { <rect class="meter-mark" x=format!("{:.0}", 1000.0 * mark - 2.0) width="4" height="16"/> }
    });

    view! {
        <svg class="meter" viewBox="0 0 1000 16" preserveAspectRatio="none" aria-hidden="true">
            <rect class="meter-all" width="1000" height="16"/>
            <rect
                class=move || format!("meter-part {}", colour.get())
                width=move || format!("{:.0}", 1000.0 * part.get().clamp(0.0, 1.0))
                height="16"
            />
            {mark}
        </svg>
    }
}
