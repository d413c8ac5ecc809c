//! What must hold of a world in which all faults have ended and all work is done.

use std::collections::BTreeMap;

use engine::{History, Library, replay};
use kernel::Clock;

use super::{
    books::{Books, State},
    room::{Case, DIGEST},
    story::Story,
};

/// Everything that is wrong with it.
pub(crate) fn of(story: &Story) -> Vec<String> {
    let mut books = story.world.books();
    let mut wrongs = std::mem::take(&mut books.wrongs);
    check_acts(story, &books, &mut wrongs);
    check_jobs(story, &books, &mut wrongs);
    check_effects(story, &books, &mut wrongs);
    check_timers(story, &books, &mut wrongs);
    for case in books.cases.values() {
        wrongs.extend(differs(case));
    }
    wrongs
}

/// Every acknowledged act is in its case's history once; no other is there twice.
fn check_acts(story: &Story, books: &Books, wrongs: &mut Vec<String>) {
    for (id, key) in &story.acknowledged {
        let found = books.cases.get(id).is_some_and(|case| case.events.iter().any(|told| told.act.as_ref() == Some(key)));
        if !found {
            wrongs.push(format!("{key} was acknowledged and is not in the history"));
        }
    }
    for case in books.cases.values() {
        let mut acts: Vec<_> = case.events.iter().filter_map(|told| told.act.as_ref()).collect();
        let all = acts.len();
        acts.sort_unstable();
        acts.dedup();
        if acts.len() != all {
            wrongs.push(format!("an act is in a history twice: {acts:?}"));
        }
    }
}

/// No lease lost its job, and nothing was given up but what the script gives up.
fn check_jobs(story: &Story, books: &Books, wrongs: &mut Vec<String>) {
    for row in books.jobs.values() {
        let (key, is_doomed) = (&row.new.key, story.world.is_doomed(&row.new.kind, &row.new.key));
        let expected = if is_doomed { State::Dead } else { State::Done };
        if row.state != expected {
            wrongs.push(format!("{key} is {:?} after {} tries", row.state, row.attempts));
        }
        if books.buried.get(key).copied().unwrap_or_default() > row.burials {
            wrongs.push(format!("{key} was buried more often than it died"));
        }
    }
}

/// Every effect was kept once, and had its effect outside; and none but those of what is in a history.
fn check_effects(story: &Story, books: &Books, wrongs: &mut Vec<String>) {
    let outside = story.world.outside();
    let caused: BTreeMap<&str, &str> = books
        .cases
        .values()
        .flat_map(|case| &case.events)
        .flat_map(|told| told.jobs.iter().map(|key| (key.as_str(), key.split(':').next().unwrap_or_default())))
        .chain(books.jobs.values().filter(|row| row.new.kind == DIGEST).map(|row| (row.new.key.as_str(), DIGEST)))
        .collect();
    for (key, kind) in &caused {
        let is_doomed = story.world.is_doomed(kind, key);
        let (kept, came) = (books.kept.get(*key).copied().unwrap_or_default(), outside.contains_key(*key));
        if kept != u32::from(!is_doomed) || came == is_doomed {
            wrongs.push(format!("the effect {key} was kept {kept} times, and came to the recipient: {came}"));
        }
    }
    for key in outside.keys().chain(books.kept.keys()) {
        let is_timer = key.starts_with("timer:") && books.kept.get(key) == Some(&1);
        if !is_timer && !caused.contains_key(key.as_str()) {
            wrongs.push(format!("{key} was performed, and nothing that was committed caused it"));
        }
    }
}

/// Every timer that is due fired, and was heard: the engine waits for none of the past.
fn check_timers(story: &Story, books: &Books, wrongs: &mut Vec<String>) {
    let now = story.world.clock.now();
    for ((_, name), due_at) in books.promised.iter().filter(|(_, due_at)| **due_at <= now) {
        wrongs.push(format!("timer {name} was due at {due_at} and did not fire"));
    }
    for case in books.cases.values() {
        for (name, due_at) in case.state.timers.iter().filter(|(_, due_at)| **due_at <= now) {
            wrongs.push(format!("timer {name} of a case in {} was due at {due_at} and was not heard", case.state.name));
        }
    }
}

/// What the history gives is the state that was kept.
fn differs(case: &Case) -> Option<String> {
    let events = case.events.iter().map(|told| told.recorded.clone()).collect();
    let history = History { case: String::new(), events, state: case.state.digest() };
    match replay(Library::embedded(), &history) {
        Ok(replayed) => replayed.difference.map(|difference| format!("{difference:?}")),
        Err(error) => Some(format!("{error:?}")),
    }
}
