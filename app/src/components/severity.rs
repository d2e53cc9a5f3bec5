//! A severity as a word, a sign and a colour.

use leptos::prelude::*;
use shared::severity::Severity;

/// The name of a severity beside one to four bars.
#[component]
pub fn SeverityBadge(
    /// The severity.
    #[prop(into)]
    severity: Signal<Severity>,
) -> impl IntoView {
    view! {
        <span class=move || format!("severity {}", severity.get().name())>
            <svg viewBox="0 0 16 12" width="16" height="12" aria-hidden="true">
                <path class="bars-all" d=bars(4)/>
                <path class="bars" d=move || bars(severity.get() as usize + 1)/>
            </svg>
            {move || severity.get().name()}
        </span>
    }
}

/// Draws the first of four bars, each higher than the one before.
fn bars(count: usize) -> String {
    ["M2 12v-3", "M6 12v-6", "M10 12v-9", "M14 12v-12"][..count].concat()
}
