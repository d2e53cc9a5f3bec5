//! A chart with two axes, as SVG.

use std::ops::Range;

pub(crate) use plotters::prelude::RGBColor;
use plotters::{
    chart::ChartContext,
    coord::types::RangedCoordf64,
    prelude::{
        Cartesian2d, ChartBuilder, Circle, Color as _, DrawingAreaErrorKind, IntoDrawingArea as _, IntoFont as _,
        LineSeries, Rectangle, SVGBackend, Text,
    },
};

use super::{THEMES, TOKENS};

/// The colours of the light theme; `themes.css` replaces them by those of the reader's theme.
pub(crate) const OURS: RGBColor = RGBColor(0x3a, 0x45, 0xc4);
pub(crate) const OTHER: RGBColor = RGBColor(0x8d, 0x8b, 0x84);
pub(crate) const ATTACKED: RGBColor = RGBColor(0xe0, 0x24, 0x5e);
pub(crate) const BENIGN: RGBColor = RGBColor(0x8f, 0xb0, 0xc4);
const INK: RGBColor = RGBColor(0x4d, 0x50, 0x58);
const LINE: RGBColor = RGBColor(0xe5, 0xe2, 0xda);

const WIDTH: u32 = 520;
/// Font size, in units of the SVG.
const FONT_SIZE: u32 = 13;
/// Minimum distance of two points of a line, as a share of the axes; closer ones look like one.
const SMALLEST_MOVE: f64 = 0.002;

/// A chart.
pub(crate) struct Plot {
    pub(crate) title: &'static str,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    pub(crate) height: u32,
    pub(crate) shapes: Vec<Shape>,
}

/// An axis: its range, its name, and the function that formats its numbers.
pub(crate) struct Axis {
    pub(crate) range: Range<f64>,
    pub(crate) name: &'static str,
    pub(crate) label: fn(f64) -> String,
}

/// A shape in a chart; coordinates are values on the axes.
pub(crate) enum Shape {
    Line(RGBColor, Vec<(f64, f64)>),
    /// A rectangle with two opposite corners.
    Bar(RGBColor, (f64, f64), (f64, f64)),
    Dot(RGBColor, (f64, f64)),
    Text(String, (f64, f64)),
}

type Chart<'a, 'text> = ChartContext<'a, SVGBackend<'text>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

impl Plot {
    /// Returns the chart as an HTML figure with its title.
    pub(crate) fn figure(&self) -> String {
        format!("<figure>\n<figcaption>{}</figcaption>\n{}</figure>\n", self.title, self.svg())
    }

    /// Returns the chart as an SVG file of its own, in the colours of the reader's theme.
    pub(crate) fn file(&self) -> String {
        let style = format!("<style>\n{TOKENS}svg {{ background: var(--paper); }}\n{THEMES}</style>\n");
        let svg = self.svg();
        let inside = svg.find('>').map_or(svg.len(), |end| end + 1);
        [&svg[..inside], "\n", &style, &svg[inside..]].concat()
    }

    fn svg(&self) -> String {
        let mut svg = String::new();
        self.draw(SVGBackend::with_string(&mut svg, (WIDTH, self.height))).expect("a text takes everything");
        let fixed = format!("width=\"{WIDTH}\" height=\"{}\" ", self.height);
        svg.replacen(&fixed, "role=\"img\" ", 1)
    }

    fn draw(&self, backend: SVGBackend) -> Drawn {
        let area = backend.into_drawing_area();
        let mut chart = ChartBuilder::on(&area)
            .margin(8)
            .margin_left(if self.y.name.is_empty() { 20 } else { 8 }) // half of the first number
            .margin_right(28) // and of the last one
            .x_label_area_size(44)
            .y_label_area_size(if self.y.name.is_empty() { 0 } else { 58 })
            .build_cartesian_2d(self.x.range.clone(), self.y.range.clone())?;
        chart
            .configure_mesh()
            .light_line_style(LINE.mix(0.0))
            .bold_line_style(LINE)
            .axis_style(OTHER)
            .label_style(("sans-serif", FONT_SIZE).into_font().color(&INK))
            .axis_desc_style(("sans-serif", FONT_SIZE).into_font().color(&INK))
            .x_labels(6)
            .y_labels(6)
            .x_label_formatter(&|x| (self.x.label)(*x))
            .y_label_formatter(&|y| (self.y.label)(*y))
            .x_desc(self.x.name)
            .y_desc(self.y.name)
            .draw()?;
        for shape in &self.shapes {
            self.draw_shape(shape, &mut chart)?;
        }
        area.present()
    }

    fn draw_shape(&self, shape: &Shape, chart: &mut Chart) -> Drawn {
        match shape {
            Shape::Line(colour, points) => {
                chart.draw_series(LineSeries::new(self.thinned(points), colour.stroke_width(2)))?;
            }
            Shape::Bar(colour, from, to) => {
                chart.draw_series([Rectangle::new([*from, *to], colour.filled())])?;
            }
            Shape::Dot(colour, place) => {
                chart.draw_series([Circle::new(*place, 4, colour.filled())])?;
            }
            Shape::Text(text, place) => {
                let style = ("sans-serif", FONT_SIZE).into_font().color(&INK);
                chart.draw_series([Text::new(text.clone(), *place, style)])?;
            }
        }
        Ok(())
    }

    /// Leaves out points that are too close to the one before to be seen: curves of a large log have thousands.
    fn thinned(&self, points: &[(f64, f64)]) -> Vec<(f64, f64)> {
        let (wide, high) = (self.x.range.end - self.x.range.start, self.y.range.end - self.y.range.start);
        let mut kept: Vec<(f64, f64)> = Vec::new();
        for (number, (x, y)) in points.iter().enumerate() {
            let is_far = kept
                .last()
                .is_none_or(|(last_x, last_y)| (x - last_x).abs() / wide + (y - last_y).abs() / high >= SMALLEST_MOVE);
            if is_far || number + 1 == points.len() {
                kept.push((*x, *y));
            }
        }
        kept
    }
}
