//! Going from one page to another in the browser.

use std::{collections::HashMap, time::Duration};

use leptos::{ev, prelude::*, wasm_bindgen::JsCast as _, web_sys::HtmlElement};
use leptos_router::hooks::use_location;

/// The pause before the title of a page is announced, in which it is set.
const TITLE_PAUSE: Duration = Duration::from_millis(200);
/// The pause between two looks whether a page is long enough to scroll to where it was left.
const LENGTH_PAUSE: Duration = Duration::from_millis(50);
/// The number of looks before the position is given up.
const LOOKS: u32 = 40;

/// Makes navigation accessible: when another page is shown, this component moves the focus to the page's content, has
/// screen readers announce its title and closes the menu. When the browser goes back, it restores the scroll position.
#[component]
pub fn Navigation() -> impl IntoView {
    let location = use_location();
    let here = Memo::new(move |_| (location.pathname.get(), location.search.get()));
    let (announced, set_announced) = signal(String::new());
    // In pixels from the top, by path and query.
    let positions = StoredValue::new(HashMap::<(String, String), f64>::new());
    Effect::new(move |before: Option<(String, String)>| {
        let now = here.get();
        let Some((path, _)) = before else { return now };
        if path != now.0 {
            close_menu();
            focus_content();
            set_timeout(move || set_announced.set(document().title()), TITLE_PAUSE);
        }
        now
    });
    Effect::new(move |_| {
        let scrolled = window_event_listener(ev::scroll, move |_| {
            let y = window().scroll_y().unwrap_or_default();
            positions.update_value(|of| {
                of.insert(here.get_untracked(), y);
            });
        });
        // After all that goes back with the address, the move of the focus included.
        let scroll_back = move || {
            let left = positions.with_value(|of| of.get(&here.get_untracked()).copied());
            scroll_to(left.unwrap_or_default(), LOOKS);
        };
        let went_back = window_event_listener(ev::popstate, move |_| set_timeout(scroll_back, Duration::ZERO));
        on_cleanup(move || {
            scrolled.remove();
            went_back.remove();
        });
    });

    view! { <p class="unseen" role="status">{announced}</p> }
}

/// Scrolls to a position as soon as the page is long enough: the browser does so before the content is there.
fn scroll_to(y: f64, looks: u32) {
    let length = document().document_element().map(|root| f64::from(root.scroll_height() - root.client_height()));
    if length.is_some_and(|length| length >= y) {
        window().scroll_to_with_x_and_y(0.0, y);
    } else if looks > 0 {
        set_timeout(move || scroll_to(y, looks - 1), LENGTH_PAUSE);
    }
}

fn close_menu() {
    let menu = document().get_element_by_id("menu").and_then(|menu| menu.dyn_into::<HtmlElement>().ok());
    if let Some(menu) = menu.filter(|menu| menu.matches(":popover-open").unwrap_or_default()) {
        let is_closed = menu.hide_popover();
        debug_assert!(is_closed.is_ok(), "an open popover can be closed");
    }
}

fn focus_content() {
    if let Some(content) = document().get_element_by_id("content").and_then(|main| main.dyn_into::<HtmlElement>().ok())
    {
        let is_focused = content.focus();
        debug_assert!(is_focused.is_ok(), "the content can have the focus");
    }
}
