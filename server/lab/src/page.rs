//! What pages of figures are made of: one HTML file that needs nothing else, its style and drawings in it.

pub(crate) mod drawings;
pub(crate) mod plot;

use crate::evaluation::level::Figure;

/// The colours and sizes of the product's own pages.
static TOKENS: &str = include_str!("../../../style/tokens.css");
static STYLE: &str = include_str!("page/style.css");
/// Drawings come with the colours of one theme; these rules give them both.
static THEMES: &str = include_str!("page/themes.css");

/// Returns a whole page; what stands in it must be HTML already.
pub(crate) fn document(title: &str, heading: &str, content: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <style>\n{TOKENS}{STYLE}{THEMES}</style>\n</head>\n<body>\n<main>\n<h1>{heading}</h1>\n\
         {content}</main>\n</body>\n</html>\n"
    )
}

/// Returns a part of a page under a title.
pub(crate) fn section(title: &str, content: &str) -> String {
    format!("<section>\n<h2>{title}</h2>\n{content}</section>\n")
}

/// Returns figures under their names, large.
pub(crate) fn tiles(figures: &[(String, Figure)]) -> String {
    let tile = |(name, Figure { value, low, high }): &(String, Figure)| {
        format!("<div><dt>{name}</dt><dd>{value:.3}<small>{low:.3} to {high:.3}</small></dd></div>\n")
    };
    format!("<dl class=\"tiles\">\n{}</dl>\n", figures.iter().map(tile).collect::<Vec<_>>().concat())
}

/// Returns a figure and its interval for a table.
pub(crate) fn with_interval(Figure { value, low, high }: Figure) -> String {
    format!("{value:.3} <small>[{low:.3}, {high:.3}]</small>")
}

/// Writes a table; what stands in it must be HTML already.
pub(crate) fn table(corner: &str, heads: &[&str], rows: &[(String, Vec<String>)]) -> String {
    let row = |(name, cells): &(String, Vec<String>)| {
        format!("<tr><th scope=\"row\">{name}</th><td>{}</td></tr>\n", cells.join("</td><td>"))
    };
    format!(
        "<div class=\"table\"><table>\n<thead><tr><th scope=\"col\">{corner}</th><th scope=\"col\">{}</th></tr></thead>\n\
         <tbody>\n{}</tbody>\n</table></div>\n",
        heads.join("</th><th scope=\"col\">"),
        rows.iter().map(row).collect::<Vec<_>>().concat()
    )
}

/// Says what colours stand for: the class of each, and words.
pub(crate) fn key(entries: &[(&str, &str)]) -> String {
    let entries = entries.iter().map(|(class, text)| format!("<span><i class=\"{class}\"></i>{text}</span>"));
    format!("<p class=\"key\">{}</p>\n", entries.collect::<Vec<_>>().concat())
}

/// Returns text with what HTML would read otherwise replaced.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
