//! The picture as SVG.

use std::fmt::Write;

use kernel::Locale;

use crate::drawing::{
    content::Content,
    layout::{Line, MARK, PADDING, SMALL_SIZE, Sheet, Style},
    text::escaped,
};

/// Dark enough on white for a thin line, and apart for most who see colours otherwise; the numbers say the same.
const COLOURS: [&str; 12] =
    ["#1b6ca8", "#c2571a", "#2e7d32", "#8e24aa", "#b71c1c", "#00838f", "#6d4c41", "#5e6a00", "#ad1457", "#455a64", "#4527a0", "#9a7400"];
const INK: &str = "#1c2430";
const GREY: &str = "#55606e";

pub(super) fn write(content: &Content, sheet: &Sheet, locale: Locale) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    draw(&mut out, content, sheet, locale).unwrap_or_default();
    out
}

fn draw(out: &mut String, content: &Content, sheet: &Sheet, locale: Locale) -> std::fmt::Result {
    let (width, height, title) = (sheet.width, sheet.height, escaped(&content.title));
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         role=\"img\" lang=\"{}\" font-family=\"'Noto Sans', 'DejaVu Sans', Arial, sans-serif\">",
        locale.tag()
    )?;
    writeln!(out, "<title>{title}</title>\n<desc>{}</desc>", escaped(&content.legend))?;
    writeln!(out, "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>")?;
    writeln!(out, "<text x=\"28\" y=\"40\" font-size=\"20\" font-weight=\"700\" fill=\"{INK}\">{title}</text>")?;
    writeln!(out, "<text x=\"28\" y=\"60\" font-size=\"12\" fill=\"{GREY}\">{}</text>", escaped(&content.law))?;
    ways(out, sheet)?;
    start(out, content, sheet)?;
    for number in 0..sheet.frames.len() {
        state(out, content, sheet, number)?;
    }
    for line in &sheet.foot {
        text(out, line)?;
    }
    out.push_str("</svg>\n");
    Ok(())
}

fn colour(number: usize) -> &'static str {
    COLOURS[number % COLOURS.len()]
}

/// A white edge under each line keeps crossings apart.
fn ways(out: &mut String, sheet: &Sheet) -> std::fmt::Result {
    for way in &sheet.ways {
        let mut path = String::new();
        for piece in &way.pieces {
            write!(path, "M{:.1} {:.1}L{:.1} {:.1}", piece.from.0, piece.from.1, piece.to.0, piece.to.1)?;
        }
        let (colour, (x, y)) = (colour(way.to), way.tip);
        writeln!(out, "<path d=\"{path}\" fill=\"none\" stroke=\"#ffffff\" stroke-width=\"4\"/>")?;
        writeln!(out, "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.6\" stroke-linecap=\"round\"/>")?;
        writeln!(out, "<path d=\"M{x:.1} {y:.1}l-9 -4.5v9z\" fill=\"{colour}\"/>")?;
        for (x, y) in &way.joints {
            writeln!(out, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.6\" fill=\"{colour}\"/>")?;
        }
    }
    Ok(())
}

fn start(out: &mut String, content: &Content, sheet: &Sheet) -> std::fmt::Result {
    let ((x, y), Some(first)) = (sheet.start, sheet.frames.first()) else { return Ok(()) };
    writeln!(out, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"7\" fill=\"{INK}\"/>")?;
    writeln!(out, "<path d=\"M{x:.1} {y:.1}H{:.1}\" stroke=\"{INK}\" stroke-width=\"1.6\"/>", first.x - 8.0)?;
    writeln!(out, "<path d=\"M{:.1} {y:.1}l-9 -4.5v9z\" fill=\"{INK}\"/>", first.x)?;
    let label = escaped(&content.start);
    writeln!(out, "<text x=\"{:.1}\" y=\"{:.1}\" font-size=\"{SMALL_SIZE}\" fill=\"{GREY}\">{label}</text>", x - 8.0, y - 14.0)
}

fn state(out: &mut String, content: &Content, sheet: &Sheet, number: usize) -> std::fmt::Result {
    let (node, frame) = (&content.nodes[number], &sheet.frames[number]);
    let (x, y, width, height, colour) = (frame.x, frame.y, frame.width, frame.height, colour(number));
    let edge = if node.end { 4.0 } else { 1.4 };
    writeln!(
        out,
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"7\" fill=\"#ffffff\" stroke=\"{colour}\" stroke-width=\"{edge}\"/>"
    )?;
    writeln!(
        out,
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{:.1}\" rx=\"7\" fill=\"{colour}\" fill-opacity=\"0.1\"/>",
        frame.head
    )?;
    badge(out, (x + PADDING + MARK / 2.0, y + 15.0), number)?;
    if node.end {
        // A ring in the corner, as in diagrams of processes, and the word.
        let (x, y) = (x + width - 14.0, y + 15.0);
        writeln!(out, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"6\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.6\"/>")?;
        writeln!(out, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.2\" fill=\"{colour}\"/>")?;
        let end = escaped(&content.end);
        writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" font-size=\"{SMALL_SIZE}\" text-anchor=\"end\" fill=\"{colour}\">{end}</text>",
            x - 10.0,
            y + 4.0
        )?;
    }
    for (exit, y) in node.exits.iter().zip(&frame.exits) {
        badge(out, (x + width - PADDING - 2.0, *y), exit.to)?;
    }
    for line in &frame.lines {
        text(out, line)?;
    }
    Ok(())
}

/// The number of a state, in its colour.
fn badge(out: &mut String, (x, y): (f64, f64), number: usize) -> std::fmt::Result {
    writeln!(out, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"8.5\" fill=\"{}\"/>", colour(number))?;
    let (y, number) = (y + 3.8, number + 1);
    writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{SMALL_SIZE}\" font-weight=\"700\" text-anchor=\"middle\" fill=\"#ffffff\">{number}</text>"
    )
}

fn text(out: &mut String, line: &Line) -> std::fmt::Result {
    let (size, weight, fill) = match line.style {
        Style::Title => (line.style.size(), 700, INK),
        Style::Label => (line.style.size(), 400, INK),
        Style::Small => (line.style.size(), 400, GREY),
    };
    if line.timed {
        let (x, y) = (line.x - MARK / 2.0 - 2.0, line.y - size / 3.0);
        writeln!(
            out,
            "<g stroke=\"{INK}\" stroke-width=\"1.2\" fill=\"none\"><circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5.5\"/><path d=\"M{x:.1} {:.1}V{y:.1}h3\"/></g>",
            y - 3.5
        )?;
    }
    let written = escaped(&line.text);
    writeln!(
        out,
        "<text x=\"{:.1}\" y=\"{:.1}\" font-size=\"{size}\" font-weight=\"{weight}\" fill=\"{fill}\">{written}</text>",
        line.x, line.y
    )
}
