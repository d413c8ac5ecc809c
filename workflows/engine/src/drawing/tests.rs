use super::{
    content::gather,
    layout::{Frame, Piece, Sheet, place},
    text::width,
};
use kernel::Locale;

use crate::{Library, Process};

fn each(check: impl Fn(&str, &Sheet)) {
    for id in ["request", "appeal", "rating"] {
        let process: Process = Library::embedded().latest_process(id).unwrap();
        for locale in Locale::ALL {
            check(&format!("{id} {}", locale.tag()), &place(&gather(&process, locale)));
        }
    }
}

fn overlap(one: &Frame, other: &Frame) -> bool {
    one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height
}

#[test]
fn no_box_lies_on_another_and_every_text_lies_in_its_box() {
    each(|name, sheet| {
        for (n, frame) in sheet.frames.iter().enumerate() {
            assert!(sheet.frames[..n].iter().all(|other| !overlap(frame, other)), "{name}: box {n}");
            assert!(frame.x > 0.0 && frame.x + frame.width < sheet.width && frame.y + frame.height < sheet.height, "{name}: box {n}");
            for line in &frame.lines {
                let right = line.x + width(&line.text, line.style.reckoned());
                assert!(right <= frame.x + frame.width, "{name}: `{}` sticks out", line.text);
                assert!(line.y < frame.y + frame.height && line.y > frame.y, "{name}: `{}` is not in its box", line.text);
            }
            let mut heights: Vec<f64> = frame.lines.iter().map(|line| line.y).collect();
            heights.sort_by(f64::total_cmp);
            assert!(heights.windows(2).all(|pair| pair[1] - pair[0] >= 14.0), "{name}: lines of box {n} touch");
        }
    });
}

#[test]
fn lines_cross_at_right_angles_and_run_over_no_box() {
    each(|name, sheet| {
        let pieces: Vec<(usize, Piece)> = sheet.ways.iter().flat_map(|way| way.pieces.iter().map(|piece| (way.to, *piece))).collect();
        for (n, (to, piece)) in pieces.iter().enumerate() {
            assert!(piece.from.0 == piece.to.0 || piece.from.1 == piece.to.1, "{name}: {piece:?} leans");
            for (other_to, other) in &pieces[..n] {
                assert!(
                    to == other_to || !along(piece, other),
                    "{name}: the ways to {to} and {other_to} lie on each other: {piece:?} {other:?}"
                );
            }
            for frame in &sheet.frames {
                let inside = |(x, y): (f64, f64)| x > frame.x && x < frame.x + frame.width && y > frame.y && y < frame.y + frame.height;
                let middle = (f64::midpoint(piece.from.0, piece.to.0), f64::midpoint(piece.from.1, piece.to.1));
                assert!(!inside(piece.from) && !inside(piece.to) && !inside(middle), "{name}: {piece:?} runs over a box");
            }
        }
    });
}

/// Whether two pieces in the same direction lie on each other.
fn along(one: &Piece, other: &Piece) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() < 3.0;
    let meet = |a: (f64, f64), b: (f64, f64)| a.0.min(a.1) < b.0.max(b.1) && b.0.min(b.1) < a.0.max(a.1);
    let level = |piece: &Piece| piece.from.1 == piece.to.1 && piece.from.0 != piece.to.0;
    let upright = |piece: &Piece| piece.from.0 == piece.to.0 && piece.from.1 != piece.to.1;
    (level(one) && level(other) && near(one.from.1, other.from.1) && meet((one.from.0, one.to.0), (other.from.0, other.to.0)))
        || (upright(one) && upright(other) && near(one.from.0, other.from.0) && meet((one.from.1, one.to.1), (other.from.1, other.to.1)))
}

#[test]
fn a_picture_names_its_states_acts_actors_and_terms_in_three_languages() {
    let process = Library::embedded().latest_process("appeal").unwrap();
    for (locale, expected) in [
        (Locale::Kk, ["ӘРПК бойынша жолданым, 1-нұсқа", "Жұмыста", "20 жұмыс күні", "қызметкер"]),
        (Locale::Ru, ["Обращение по АППК, версия 1", "В работе", "20 рабочих дней", "сотрудник"]),
        (Locale::En, ["Statutory appeal, version 1", "In work", "20 working days", "officer"]),
    ] {
        let picture = process.draw(locale);
        for text in expected {
            assert!(picture.contains(text), "{text} is not in the picture");
        }
    }
}

#[test]
fn the_picture_in_the_documentation_is_todays() {
    let committed = include_str!("../../../../docs/appeal.svg");
    let picture = Library::embedded().latest_process("appeal").unwrap().draw(Locale::En);
    assert!(picture == committed, "turkistan workflow draw appeal --locale en > docs/appeal.svg");
}
