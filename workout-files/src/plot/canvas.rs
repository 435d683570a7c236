//! A typed writer for the few elements of SVG that the pictures need.

use std::fmt::Write as _;

use super::path::Path;
use crate::write::xml::Xml;

/// Sky blue, black and vermilion of the palette of Okabe and Ito.
const STYLE: &str = "\
text{font:13px system-ui,'DejaVu Sans',Arial,sans-serif;fill:#333}\
.title{font-size:22px;font-weight:600;fill:#111}\
.label{font-size:12px;fill:#555}\
.value{font-size:15px;fill:#111}\
.heading{font-size:14px;font-weight:600;fill:#111}\
.alert{fill:#b54d00;font-weight:600}\
.tick{font-size:11px;fill:#666}\
.mark{font-size:12px;fill:#111}\
.halo{font-size:12px;fill:#fff;stroke:#fff;stroke-width:3px}\
.page{fill:#fff}\
.panel{fill:#fafafa;stroke:#ccc}\
.grid{stroke:#e2e2e2;fill:none}\
.before{stroke:#56b4e9;stroke-width:6;fill:none;stroke-linejoin:round;stroke-linecap:round}\
.after{stroke:#111;stroke-width:1.6;fill:none;stroke-linejoin:round;stroke-linecap:round}\
.apart{stroke:#d55e00;stroke-width:1.4;fill:none;opacity:.8}\
.area{fill:#d55e00;opacity:.55;stroke:none}\
.ring{stroke:#d55e00;stroke-width:2.5;fill:none}\
.spot{fill:#fff;stroke:#111;stroke-width:2}\
.stray{fill:#d55e00;stroke:#fff;stroke-width:1}\
.bar{stroke:#333;stroke-width:2;fill:none}";

/// A rectangle of the picture, in pixels.
#[derive(Clone, Copy)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Area {
    pub(super) fn right(&self) -> f64 {
        self.left + self.width
    }

    pub(super) fn bottom(&self) -> f64 {
        self.top + self.height
    }

    pub(super) fn holds(&self, (x, y): (f64, f64)) -> bool {
        (self.left..=self.right()).contains(&x) && (self.top..=self.bottom()).contains(&y)
    }

    /// The part of a line that is inside (Liang and Barsky).
    pub(super) fn clip(
        &self,
        (x, y): (f64, f64),
        (to_x, to_y): (f64, f64),
    ) -> Option<((f64, f64), (f64, f64))> {
        let (east, south) = (to_x - x, to_y - y);
        let (mut enters, mut leaves) = (0.0_f64, 1.0_f64);
        for (step, room) in [
            (-east, x - self.left),
            (east, self.right() - x),
            (-south, y - self.top),
            (south, self.bottom() - y),
        ] {
            if step == 0.0 && room < 0.0 {
                return None;
            }
            if step < 0.0 {
                enters = enters.max(room / step);
            } else if step > 0.0 {
                leaves = leaves.min(room / step);
            }
        }
        let at = |share: f64| (x + east * share, y + south * share);
        (enters <= leaves).then(|| (at(enters), at(leaves)))
    }
}

/// The alignment of a text at its point.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A picture in the making.
pub(super) struct Canvas {
    xml: Xml,
}

impl Canvas {
    pub(super) fn new(width: f64, height: f64) -> Self {
        let mut xml = Xml::new(64 * 1024);
        let mut attributes = String::from("xmlns=\"http://www.w3.org/2000/svg\"");
        let _ = write!(
            attributes,
            " width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\""
        );
        xml.open("svg", &attributes);
        xml.text("title", "Two versions of a workout");
        xml.text("style", STYLE);
        let mut canvas = Self { xml };
        canvas.rect(
            "page",
            Area {
                left: 0.0,
                top: 0.0,
                width,
                height,
            },
        );
        canvas
    }

    fn shape(
        &mut self,
        name: &'static str,
        class: &'static str,
        attributes: std::fmt::Arguments<'_>,
    ) {
        self.xml
            .open(name, &format!("class=\"{class}\" {attributes}"));
        self.xml.close();
        self.xml.line();
    }

    pub(super) fn rect(&mut self, class: &'static str, area: Area) {
        let Area {
            left,
            top,
            width,
            height,
        } = area;
        self.shape(
            "rect",
            class,
            format_args!(
                "x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\""
            ),
        );
    }

    pub(super) fn line(&mut self, class: &'static str, from: (f64, f64), to: (f64, f64)) {
        let ((x1, y1), (x2, y2)) = (from, to);
        self.shape(
            "line",
            class,
            format_args!("x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\""),
        );
    }

    pub(super) fn circle(&mut self, class: &'static str, (x, y): (f64, f64), radius: f64) {
        self.shape(
            "circle",
            class,
            format_args!("cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\""),
        );
    }

    pub(super) fn path(&mut self, class: &'static str, path: &Path) {
        if !path.is_empty() {
            self.shape("path", class, format_args!("d=\"{path}\""));
        }
    }

    pub(super) fn text(
        &mut self,
        class: &'static str,
        (x, y): (f64, f64),
        anchor: Anchor,
        text: &str,
    ) {
        // Not every viewer knows `paint-order`.
        if class == "mark" {
            self.text("halo", (x, y), anchor, text);
        }
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let attributes =
            format!("class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\"");
        self.xml.open("text", &attributes);
        let escaped = self.xml.escape(text);
        self.xml.raw(escaped);
        self.xml.close();
        self.xml.line();
    }

    pub(super) fn finish(self) -> String {
        String::from_utf8_lossy(&self.xml.finish()).into_owned()
    }
}
