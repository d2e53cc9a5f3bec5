//! Building blocks of self-contained HTML reports: the document with its style, tiles, tables and charts.

pub(crate) mod charts;
pub(crate) mod plot;

use crate::estimate::Estimate;

/// The design tokens of the product's web pages.
static TOKENS: &str = include_str!("../../../style/tokens.css");
static STYLE: &str = include_str!("html_report/style.css");
/// Charts are drawn in the colours of the light theme; these rules replace them by those of the reader's theme.
static THEMES: &str = include_str!("html_report/themes.css");

/// Returns a whole page; all arguments must be HTML already.
pub(crate) fn document(title: &str, heading: &str, content: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <style>\n{TOKENS}{STYLE}{THEMES}</style>\n</head>\n<body>\n<main>\n<h1>{heading}</h1>\n\
         {content}</main>\n</body>\n</html>\n"
    )
}

/// Returns a section of a page; both arguments must be HTML already.
pub(crate) fn section(title: &str, content: &str) -> String {
    format!("<section>\n<h2>{title}</h2>\n{content}</section>\n")
}

/// Returns tiles with the most important estimates, each under its name.
pub(crate) fn tiles(estimates: &[(String, Estimate)]) -> String {
    let tile = |(name, Estimate { value, low, high }): &(String, Estimate)| {
        format!("<div><dt>{name}</dt><dd>{value:.3}<small>{low:.3} to {high:.3}</small></dd></div>\n")
    };
    format!("<dl class=\"tiles\">\n{}</dl>\n", estimates.iter().map(tile).collect::<Vec<_>>().concat())
}

/// Returns an estimate with its interval, for a table.
pub(crate) fn with_interval(Estimate { value, low, high }: Estimate) -> String {
    format!("{value:.3} <small>[{low:.3}, {high:.3}]</small>")
}

/// Returns a table; `corner` is the cell above the names of the rows. All arguments must be HTML already.
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

/// Returns the key of a chart; an entry has the class of a colour and its meaning.
pub(crate) fn key(entries: &[(&str, &str)]) -> String {
    let entries = entries.iter().map(|(class, text)| format!("<span><i class=\"{class}\"></i>{text}</span>"));
    format!("<p class=\"key\">{}</p>\n", entries.collect::<Vec<_>>().concat())
}

/// Returns text with the characters escaped that are special in HTML.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
