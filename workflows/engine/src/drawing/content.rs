//! What a picture says, in words, before it is known where.

use std::collections::{BTreeMap, VecDeque};

use kernel::{Locale, Words};

use crate::{
    Kind, Process, Track, Urgency, Who,
    definition::TimerClock,
    words::{self, Named},
};

/// An act that leads to another state.
pub(super) struct Exit {
    pub(super) label: String,
    pub(super) by: String,
    /// Time itself does it.
    pub(super) timed: bool,
    /// The number of the state after it.
    pub(super) to: usize,
}

/// An act that leaves the state as it is.
pub(super) struct Stay {
    pub(super) text: String,
    pub(super) timed: bool,
}

/// A state.
pub(super) struct Node {
    pub(super) title: String,
    pub(super) status: String,
    pub(super) end: bool,
    /// How many steps from filing; ends stand in the last column.
    pub(super) column: usize,
    pub(super) exits: Vec<Exit>,
    pub(super) stays: Vec<Stay>,
}

pub(super) struct Content {
    pub(super) title: String,
    pub(super) law: String,
    pub(super) start: String,
    pub(super) end: String,
    pub(super) legend: String,
    pub(super) here: String,
    pub(super) timers_title: String,
    pub(super) timers: Vec<String>,
    /// In the order of their numbers; the first is where a case begins.
    pub(super) nodes: Vec<Node>,
}

pub(super) fn gather(process: &Process, locale: Locale) -> Content {
    let writer = Writer { process, locale, words: words::words() };
    let definition = &process.definition;
    let process_key = Named::Process.key(&definition.version.id);
    let name = if writer.words.has(&process_key) { writer.say(&process_key) } else { definition.version.id.clone() };
    let version = definition.version.version.into();
    Content {
        title: writer.words.text(locale, "draw-title", &[("process", name.into()), ("version", version)]),
        law: definition.law.text(locale),
        start: writer.say("draw-start"),
        end: writer.say("draw-end"),
        legend: writer.say("draw-legend"),
        here: writer.say("draw-here"),
        timers_title: writer.say("draw-timers"),
        timers: writer.timers(),
        nodes: writer.nodes(),
    }
}

struct Writer<'a> {
    process: &'a Process,
    locale: Locale,
    words: &'static Words,
}

impl Writer<'_> {
    fn say(&self, key: &str) -> String {
        self.words.text(self.locale, key, &[])
    }

    fn act(&self, event: &str) -> String {
        self.say(&Named::Act.key(event))
    }

    fn who(&self, who: &[Who]) -> String {
        who.iter().map(|who| self.say(who.text_key())).collect::<Vec<_>>().join(", ")
    }

    /// The states by their distance from the first one, in the order in which they are found.
    fn columns(&self) -> Vec<(&str, usize)> {
        let definition = &self.process.definition;
        let mut found = vec![(definition.initial.as_str(), 0)];
        let mut open = VecDeque::from(found.clone());
        while let Some((from, column)) = open.pop_front() {
            let leads = definition.transitions.iter().filter(|transition| transition.from.iter().any(|state| state == from));
            for to in leads.filter_map(|transition| transition.to.as_deref()) {
                if !found.iter().any(|(known, _)| *known == to) {
                    found.push((to, column + 1));
                    open.push_back((to, column + 1));
                }
            }
        }
        let last = found.iter().map(|(_, column)| *column).max().unwrap_or_default();
        for (state, column) in &mut found {
            if definition.states.get(*state).is_some_and(|state| state.end) {
                *column = last;
            }
        }
        found.sort_by_key(|(_, column)| *column);
        found
    }

    fn nodes(&self) -> Vec<Node> {
        let columns = self.columns();
        let number = |name: &str| columns.iter().position(|(state, _)| *state == name).unwrap_or_default();
        let node = |(name, column): &(&str, usize)| {
            let (exits, stays) = self.acts(name, number);
            let state = self.process.definition.states.get(*name);
            let status = state.map(|state| self.say(state.public.text_key())).unwrap_or_default();
            Node {
                title: self.say(&Named::State.key(name)),
                status: self.words.text(self.locale, "draw-public", &[("status", status.into())]),
                end: state.is_some_and(|state| state.end),
                column: *column,
                exits,
                stays,
            }
        };
        columns.iter().map(node).collect()
    }

    /// What leads out of a state, and what happens in it. Transitions of one event to one state are one line.
    fn acts(&self, state: &str, number: impl Fn(&str) -> usize) -> (Vec<Exit>, Vec<Stay>) {
        let definition = &self.process.definition;
        let mut lines: Vec<(&str, &str, Vec<Who>, Vec<&str>)> = Vec::new();
        for transition in definition.transitions.iter().filter(|transition| transition.from.iter().any(|from| from == state)) {
            let to = transition.to.as_deref().unwrap_or(state);
            let guard = transition.guard.iter().map(|guard| guard.text());
            match lines.iter_mut().find(|line| (line.0, line.1) == (transition.on.as_str(), to)) {
                Some((_, _, who, guards)) => {
                    who.extend(transition.who.iter().filter(|new| !who.contains(new)).copied().collect::<Vec<_>>());
                    guards.clear();
                }
                None => lines.push((&transition.on, to, transition.who.clone(), guard.collect())),
            }
        }
        let (mut exits, mut stays) = (Vec::new(), Vec::new());
        for (event, to, who, guards) in lines {
            let timer = definition.timers.values().find(|timer| timer.raises == event);
            let term = timer.and_then(|timer| match &timer.clock {
                TimerClock::Named(clock) => self.process.clocks.find(clock).map(|rule| rule.term.text(self.locale)),
                TimerClock::Share(share) => Some(self.share(*share)),
                TimerClock::Answer => None,
            });
            let mut by = if timer.is_some() { term.into_iter().collect() } else { vec![self.who(&who)] };
            let condition = |guard: &str| self.words.text(self.locale, "draw-if", &[("condition", guard.to_owned().into())]);
            by.extend(guards.into_iter().map(condition));
            let (label, by, timed) = (self.act(event), by.join(" · "), timer.is_some());
            if to == state {
                stays.push(Stay { text: if by.is_empty() { label } else { format!("{label} · {by}") }, timed });
            } else {
                exits.push(Exit { label, by, timed, to: number(to) });
            }
        }
        (exits, stays)
    }

    fn share(&self, percent: u8) -> String {
        self.words.text(self.locale, "draw-share", &[("percent", u32::from(percent).into())])
    }

    fn timers(&self) -> Vec<String> {
        let line = |timer: &crate::definition::Timer| {
            let terms = match &timer.clock {
                TimerClock::Named(clock) => {
                    self.process.clocks.find(clock).map(|rule| format!("{} ({})", rule.term.text(self.locale), rule.law.text(self.locale)))
                }
                TimerClock::Share(share) => Some(self.share(*share)),
                TimerClock::Answer => Some(self.answer_terms()),
            };
            format!("{}: {}", self.act(&timer.raises), terms.unwrap_or_default())
        };
        self.process.definition.timers.values().map(line).collect()
    }

    /// The terms of the answer, and for which cases each is: by urgency for a request, by kind for an appeal.
    fn answer_terms(&self) -> String {
        let mut cases: Vec<(String, Vec<String>)> = Vec::new();
        let mut note = |track, kind, urgency, case: &str| {
            let Ok(rule) = self.process.clocks.get_deadline(track, kind, urgency) else { return };
            let term = format!("{} ({})", rule.term.text(self.locale), rule.law.text(self.locale));
            let name = self.say(case);
            match cases.iter_mut().find(|(known, _)| *known == term) {
                Some((_, names)) => names.push(name),
                None => cases.push((term, vec![name])),
            }
        };
        let tracks = self.process.definition.track.map_or_else(|| Track::ALL.to_vec(), |track| vec![track]);
        let word = |value: &str| Named::Case.key(value);
        for track in tracks {
            match track {
                Track::Request => Urgency::ALL.into_iter().for_each(|urgency| note(track, Kind::Message, urgency, &word(urgency.as_str()))),
                Track::Appeal => Kind::ALL.into_iter().for_each(|kind| note(track, kind, Urgency::Ordinary, &word(kind.as_str()))),
            }
        }
        cases.into_iter().map(|(term, names)| format!("{} — {term}", names.join(", "))).collect::<Vec<_>>().join("; ")
    }
}

/// The numbers of the nodes in each column.
pub(super) fn by_column(nodes: &[Node]) -> BTreeMap<usize, Vec<usize>> {
    let mut columns: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (number, node) in nodes.iter().enumerate() {
        columns.entry(node.column).or_default().push(number);
    }
    columns
}
