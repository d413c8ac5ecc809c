//! Where everything is, in pixels.
//!
//! A track is an upright line in a gap between columns that belongs to one state: whatever leads there meets in it. A lane is a level line
//! above or below all boxes, also of one state. Each has a place of its own, and enters its box at a height where no act leaves beside it,
//! so lines cross at right angles or not at all.

use std::collections::{BTreeMap, BTreeSet};

use crate::drawing::{
    content::{Content, Node, by_column},
    text::wrap,
};

pub(super) const TITLE_SIZE: f64 = 14.0;
pub(super) const LABEL_SIZE: f64 = 13.0;
pub(super) const SMALL_SIZE: f64 = 11.0;
pub(super) const PADDING: f64 = 12.0;
/// Room for a clock before a label, and for a number behind it.
pub(super) const MARK: f64 = 20.0;

const BOX_WIDTH: f64 = 260.0;
const LINE: f64 = 16.0;
const BETWEEN_BOXES: f64 = 28.0;
const TRACK: f64 = 10.0;
const MARGIN: f64 = 28.0;
/// Before the first column there is a mark where cases begin.
const START_GAP: f64 = 70.0;
/// Room for the sign of an end.
const END: f64 = 54.0;
/// Two level lines closer than this look like one.
const APART: f64 = 5.0;

/// A text in a box.
pub(super) struct Line {
    pub(super) text: String,
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) style: Style,
    /// A clock stands before it.
    pub(super) timed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Title,
    Label,
    Small,
}

impl Style {
    pub(super) fn size(self) -> f64 {
        match self {
            Style::Title => TITLE_SIZE,
            Style::Label => LABEL_SIZE,
            Style::Small => SMALL_SIZE,
        }
    }

    /// As wide as letters of this size are: bold ones are wider.
    pub(super) fn reckoned(self) -> f64 {
        if self == Style::Title { TITLE_SIZE * 1.12 } else { self.size() }
    }
}

#[derive(Default)]
pub(super) struct Frame {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) head: f64,
    pub(super) lines: Vec<Line>,
    /// Where the acts leave, in their order.
    pub(super) exits: Vec<f64>,
}

/// A straight piece of a line, level or upright.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Piece {
    pub(super) from: (f64, f64),
    pub(super) to: (f64, f64),
}

/// What leads to one state.
pub(super) struct Way {
    pub(super) to: usize,
    pub(super) pieces: Vec<Piece>,
    /// Where acts join it.
    pub(super) joints: Vec<(f64, f64)>,
    /// The tip of the arrow.
    pub(super) tip: (f64, f64),
}

pub(super) struct Sheet {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) frames: Vec<Frame>,
    pub(super) ways: Vec<Way>,
    pub(super) start: (f64, f64),
    pub(super) foot: Vec<Line>,
}

pub(super) fn place(content: &Content) -> Sheet {
    let plan = Plan::of(&content.nodes);
    let mut frames: Vec<Frame> = content.nodes.iter().map(|node| frame(node, &content.here)).collect();
    let gaps: Vec<f64> = (0..=plan.columns.len()).map(|gap| plan.gap_width(gap)).collect();
    let tallest = plan.columns.values().map(|numbers| stacked(&frames, numbers)).fold(0.0, f64::max);
    let top = MARGIN + 56.0 + lanes(&plan.above) + BETWEEN_BOXES;
    let mut x = MARGIN;
    for (column, numbers) in &plan.columns {
        x += gaps[*column];
        let mut y = top + (tallest - stacked(&frames, numbers)) / 2.0;
        for number in numbers {
            frames[*number].shift(x, y);
            y += frames[*number].height + BETWEEN_BOXES;
        }
        x += BOX_WIDTH;
    }
    let width = x + gaps[plan.columns.len()] + MARGIN;
    let below = top + tallest + BETWEEN_BOXES;
    let entries = entries(content, &frames, &plan);
    let router = Router { plan: &plan, frames: &frames, entries: &entries, above: MARGIN + 56.0, below };
    let ways = (0..frames.len()).filter_map(|to| router.way(content, to)).collect();
    let start = (MARGIN + 8.0, frames.first().map_or(top, |first| first.y + first.head / 2.0));
    let (foot, height) = foot(content, width, below + lanes(&plan.below) + 2.0 * LINE);
    Sheet { width, height, frames, ways, start, foot }
}

fn stacked(frames: &[Frame], numbers: &[usize]) -> f64 {
    numbers.iter().map(|number| frames[*number].height + BETWEEN_BOXES).sum::<f64>() - BETWEEN_BOXES
}

fn lanes(of: &BTreeSet<usize>) -> f64 {
    count(of.len()) * TRACK
}

#[expect(clippy::cast_precision_loss, reason = "there are a few dozen at most")]
fn count(n: usize) -> f64 {
    n as f64
}

/// The texts of a box, from its own corner.
fn frame(node: &Node, here: &str) -> Frame {
    let mut frame = Frame { width: BOX_WIDTH, height: PADDING / 2.0, ..Frame::default() };
    let room = BOX_WIDTH - 2.0 * PADDING;
    // The number of the state stands before its title, and the sign of an end behind it.
    let behind = if node.end { END } else { 0.0 };
    frame.write(&node.title, Style::Title, PADDING + MARK + 4.0, room - MARK - 4.0 - behind, false);
    frame.write(&node.status, Style::Small, PADDING, room, false);
    frame.height += PADDING / 2.0;
    frame.head = frame.height;
    for exit in &node.exits {
        frame.height += PADDING / 3.0;
        let x = if exit.timed { PADDING + MARK } else { PADDING };
        frame.exits.push(frame.height + LINE / 2.0);
        frame.write(&exit.label, Style::Label, x, room - x + PADDING - MARK, exit.timed);
        frame.write(&exit.by, Style::Small, x, room - x + PADDING - MARK, false);
    }
    if !node.stays.is_empty() {
        frame.height += PADDING / 2.0;
        frame.write(here, Style::Small, PADDING, room, false);
    }
    for stay in &node.stays {
        let x = if stay.timed { PADDING + MARK } else { PADDING };
        frame.write(&stay.text, Style::Small, x, room - x + PADDING, stay.timed);
    }
    frame.height += PADDING / 2.0;
    frame
}

impl Frame {
    fn write(&mut self, text: &str, style: Style, x: f64, room: f64, timed: bool) {
        for (n, text) in wrap(text, room, style.reckoned()).into_iter().enumerate() {
            self.height += LINE;
            self.lines.push(Line { text, x, y: self.height - 4.0, style, timed: timed && n == 0 });
        }
    }

    fn shift(&mut self, x: f64, y: f64) {
        (self.x, self.y) = (x, y);
        for line in &mut self.lines {
            (line.x, line.y) = (line.x + x, line.y + y);
        }
        self.exits.iter_mut().for_each(|exit| *exit += y);
    }
}

/// Which states have a track in which gap, and a lane.
struct Plan {
    columns: BTreeMap<usize, Vec<usize>>,
    /// By gap; gap n is left of column n.
    tracks: BTreeMap<usize, BTreeSet<usize>>,
    above: BTreeSet<usize>,
    below: BTreeSet<usize>,
}

impl Plan {
    fn of(nodes: &[Node]) -> Plan {
        let mut plan = Plan { columns: by_column(nodes), tracks: BTreeMap::new(), above: BTreeSet::new(), below: BTreeSet::new() };
        for node in nodes {
            for exit in &node.exits {
                let (leaves, enters) = (node.column + 1, nodes[exit.to].column);
                plan.tracks.entry(leaves).or_default().insert(exit.to);
                plan.tracks.entry(enters).or_default().insert(exit.to);
                if leaves < enters {
                    plan.below.insert(exit.to);
                } else if leaves > enters {
                    plan.above.insert(exit.to);
                }
            }
        }
        plan
    }

    fn gap_width(&self, gap: usize) -> f64 {
        let tracks = self.tracks.get(&gap).map_or(0, BTreeSet::len);
        let start = if gap == 0 { START_GAP } else { 0.0 };
        start + if tracks == 0 { 0.0 } else { count(tracks + 3) * TRACK }
    }
}

/// The height at which the way to a state enters its box: within its head, and apart from the acts that leave on the other side of the gap.
fn entries(content: &Content, frames: &[Frame], plan: &Plan) -> Vec<f64> {
    let enter = |(number, frame): (usize, &Frame)| {
        let column = content.nodes[number].column;
        let beside = column.checked_sub(1).and_then(|left| plan.columns.get(&left)).into_iter().flatten();
        let taken: Vec<f64> = beside.flat_map(|left| frames[*left].exits.iter().copied()).collect();
        let free = |y: &f64| taken.iter().all(|exit| (exit - y).abs() >= APART);
        let tries = (0..20).map(|step| frame.y + frame.head / 2.0 + f64::from((step + 1) / 2) * if step % 2 == 0 { 2.0 } else { -2.0 });
        let within = |y: &f64| *y > frame.y + 6.0 && *y < frame.y + frame.head - 6.0;
        tries.filter(within).find(free).unwrap_or(frame.y + frame.head / 2.0)
    };
    frames.iter().enumerate().map(enter).collect()
}

struct Router<'a> {
    plan: &'a Plan,
    frames: &'a [Frame],
    entries: &'a [f64],
    above: f64,
    below: f64,
}

impl Router<'_> {
    /// The x of a state's track in a gap.
    fn track(&self, gap: usize, to: usize) -> f64 {
        let nth = self.plan.tracks.get(&gap).and_then(|tracks| tracks.iter().position(|other| *other == to)).unwrap_or_default();
        // Measured from the column on the right, or, behind the last one, from the one on the left.
        match self.plan.columns.get(&gap).and_then(|numbers| numbers.first()) {
            Some(right) => self.frames[*right].x - count(self.plan.tracks.get(&gap).map_or(0, BTreeSet::len) - nth + 1) * TRACK,
            None => {
                let left = gap.checked_sub(1).and_then(|left| self.plan.columns.get(&left)).and_then(|numbers| numbers.first());
                left.map_or(0.0, |left| self.frames[*left].x + BOX_WIDTH) + count(nth + 2) * TRACK
            }
        }
    }

    fn lane(&self, above: bool, to: usize) -> f64 {
        let (lanes, from) = if above { (&self.plan.above, self.above) } else { (&self.plan.below, self.below) };
        from + count(lanes.iter().position(|other| *other == to).unwrap_or_default()) * TRACK
    }

    fn way(&self, content: &Content, to: usize) -> Option<Way> {
        let enters = content.nodes[to].column;
        let tip = (self.frames[to].x, self.entries[to]);
        let entry = self.track(enters, to);
        let mut pieces = vec![Piece { from: (entry, tip.1), to: tip }];
        let mut joints = Vec::new();
        // By gap: the heights between which the track goes. Above or below all boxes: the places between which the lane goes.
        let mut tracks: BTreeMap<usize, Vec<f64>> = BTreeMap::from([(enters, vec![tip.1])]);
        let mut lanes: BTreeMap<bool, Vec<f64>> = BTreeMap::new();
        for (node, frame) in content.nodes.iter().zip(self.frames) {
            let leaves = node.column + 1;
            for (_, y) in node.exits.iter().zip(&frame.exits).filter(|(exit, _)| exit.to == to) {
                let (joint, track) = ((frame.x + BOX_WIDTH, *y), self.track(leaves, to));
                joints.push(joint);
                pieces.push(Piece { from: joint, to: (track, *y) });
                tracks.entry(leaves).or_default().push(*y);
                if leaves != enters {
                    let lane = self.lane(leaves > enters, to);
                    [leaves, enters].into_iter().for_each(|gap| tracks.entry(gap).or_default().push(lane));
                    lanes.entry(leaves > enters).or_insert_with(|| vec![entry]).push(track);
                }
            }
        }
        let upright = |(gap, heights): (&usize, &Vec<f64>)| {
            let (x, (first, last)) = (self.track(*gap, to), span(heights));
            Piece { from: (x, first), to: (x, last) }
        };
        pieces.extend(tracks.iter().map(upright));
        let level = |(above, places): (&bool, &Vec<f64>)| {
            let (y, (first, last)) = (self.lane(*above, to), span(places));
            Piece { from: (first, y), to: (last, y) }
        };
        pieces.extend(lanes.iter().map(level));
        (!joints.is_empty()).then_some(Way { to, pieces, joints, tip })
    }
}

fn span(values: &[f64]) -> (f64, f64) {
    (values.iter().copied().fold(f64::INFINITY, f64::min), values.iter().copied().fold(f64::NEG_INFINITY, f64::max))
}

/// The timers and how to read the picture, below it; and the height of all.
fn foot(content: &Content, width: f64, from: f64) -> (Vec<Line>, f64) {
    let mut lines = Vec::new();
    let mut y = from;
    let mut write = |text: &str, style: Style, x: f64, timed: bool| {
        for (n, text) in wrap(text, width - x - MARGIN, style.reckoned()).into_iter().enumerate() {
            lines.push(Line { text, x, y, style, timed: timed && n == 0 });
            y += LINE + 2.0;
        }
    };
    if !content.timers.is_empty() {
        write(&content.timers_title, Style::Title, MARGIN, false);
        content.timers.iter().for_each(|timer| write(timer, Style::Label, MARGIN + MARK, true));
    }
    write(&content.legend, Style::Small, MARGIN, false);
    (lines, y + MARGIN / 2.0)
}
