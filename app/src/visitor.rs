//! The visitor of a page: the account that has signed in, and the theme that the visitor has chosen.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// The visitor for whom a page is rendered. Pages find it in their context.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visitor {
    /// The name of the account; none for a visitor who has not signed in.
    pub account: Option<String>,
    /// The theme that the visitor has chosen.
    pub theme: Theme,
}

/// The colours of pages.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Theme {
    /// The colours that the system of the visitor prefers.
    #[default]
    System,
    /// Dark text on a light ground.
    Light,
    /// Light text on a dark ground.
    Dark,
}

impl Theme {
    /// Returns the name, as the cookie and the style sheet have it.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Provides the visitor to the pages. The server takes it from the request, the browser from the rendered page.
pub(crate) fn provide_visitor() {
    #[cfg(feature = "ssr")]
    let visitor = SharedValue::new(of_request);
    #[cfg(not(feature = "ssr"))]
    let visitor = SharedValue::new(Visitor::default);
    provide_context(visitor.into_inner());
}

/// Returns the visitor of the page.
pub(crate) fn use_visitor() -> Visitor {
    use_context().unwrap_or_default()
}

#[cfg(feature = "ssr")]
pub(crate) use self::request::of_request;

#[cfg(feature = "ssr")]
mod request {
    //! The visitor, as a request tells of them.

    use axum::http::{HeaderMap, header::COOKIE, request::Parts};
    use leptos::prelude::use_context;

    use super::{Theme, Visitor};
    use crate::actor::Actor;

    /// The name of the cookie with the theme.
    const COOKIE_NAME: &str = "uba_theme";

    /// Returns the visitor who sends the request; nobody while there is no request.
    pub(crate) fn of_request() -> Visitor {
        let Some(parts) = use_context::<Parts>() else { return Visitor::default() };
        let account = parts.extensions.get::<Actor>().map(|actor| actor.account().to_string());
        Visitor { account, theme: theme_of(&parts.headers) }
    }

    fn theme_of(headers: &HeaderMap) -> Theme {
        let cookies = headers.get_all(COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
        let named = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
        let mut themes = named.filter(|(name, _)| *name == COOKIE_NAME).filter_map(|(_, theme)| theme.parse().ok());
        themes.next().unwrap_or_default()
    }

    impl Theme {
        /// Returns the cookie that keeps the theme for a year.
        pub(crate) fn cookie(self) -> String {
            format!("{COOKIE_NAME}={}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly", self.name())
        }
    }

    #[cfg(test)]
    mod tests {
        use axum::http::HeaderValue;

        use super::*;

        #[test]
        fn a_theme_is_read_from_its_cookie_and_any_other_text_is_no_theme() {
            let theme =
                |cookies: &'static str| theme_of(&HeaderMap::from_iter([(COOKIE, HeaderValue::from_static(cookies))]));
            assert_eq!(theme("session=1; uba_theme=dark"), Theme::Dark);
            assert_eq!(theme("uba_theme=light"), Theme::Light);
            assert_eq!(["", "uba_theme", "uba_theme=pink", "other=dark"].map(theme), [Theme::System; 4]);
            assert_eq!(theme_of(&HeaderMap::new()), Theme::System);
        }

        #[test]
        fn the_cookie_of_a_theme_has_the_name_that_is_read() {
            let cookie = Theme::Dark.cookie();
            let pair = cookie.split(';').next().expect("a cookie has a value");
            let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(pair).expect("plain ASCII"))]);
            assert_eq!(theme_of(&headers), Theme::Dark);
        }
    }
}
