//! The messages that people read: complete in three languages, with the same facts, and all of them used.

use std::collections::{BTreeMap, BTreeSet};

use crate::tree::{File, files, none, read};

const LOCALES: [&str; 3] = ["kk", "ru", "en"];

/// Message key → the facts it speaks of.
type Messages = BTreeMap<String, BTreeSet<String>>;

/// The crates that have words, by the folder of their sources.
fn speakers() -> Vec<String> {
    let kazakh = files("").into_iter().filter_map(|file| file.path.strip_suffix("/words/kk.ftl").map(str::to_owned));
    kazakh.collect()
}

fn messages(source: &str, locale: &str) -> Messages {
    let mut messages = Messages::new();
    let mut key = String::new();
    for line in read(&format!("{source}/words/{locale}.ftl")).lines() {
        if let Some((name, _)) = line.split_once('=').filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase())) {
            name.trim().clone_into(&mut key);
            assert!(messages.insert(key.clone(), BTreeSet::new()).is_none(), "{source} {locale}: {key} is there twice");
        }
        let facts = line.split('$').skip(1).map(|rest| rest.split(|c: char| !(c.is_alphanumeric() || "-_".contains(c))).next());
        if let Some(known) = messages.get_mut(&key) {
            known.extend(facts.flatten().map(str::to_owned));
        }
    }
    messages
}

#[test]
fn messages_are_complete_in_three_languages_and_speak_of_the_same_facts() {
    let mut complaints = Vec::new();
    for source in speakers() {
        let [kazakh, others @ ..] = LOCALES.map(|locale| messages(&source, locale));
        for (locale, other) in LOCALES[1..].iter().zip(&others) {
            let keys: BTreeSet<&String> = kazakh.keys().chain(other.keys()).collect();
            let differing = keys.into_iter().filter(|key| kazakh.get(*key) != other.get(*key));
            complaints
                .extend(differing.map(|key| format!("{source} {key}: kk has {:?}, {locale} has {:?}", kazakh.get(key), other.get(key))));
        }
    }
    none(&complaints);
}

#[test]
fn every_message_is_used() {
    let definitions = files("workflows/definitions");
    let mut complaints = Vec::new();
    for source in speakers() {
        // The kernel's words are spoken by the whole house.
        let mut users = files(if source == "schema/kernel/src" { "" } else { &source });
        users.retain(|file| !file.ends(&["ftl"]) && !file.path.ends_with("tests.rs"));
        let texts: Vec<&str> = users.iter().chain(&definitions).map(|File { text, .. }| text.as_str()).collect();
        let unused = messages(&source, "kk").into_keys().filter(|key| !texts.iter().any(|text| names(text, key)));
        complaints.extend(unused.map(|key| format!("{source}: nothing says {key}")));
    }
    none(&complaints);
}

/// Whether a text names the key, whole or as `"beginning-{…}"`.
fn names(text: &str, key: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let whole = text.match_indices(key).any(|(at, _)| !text[..at].ends_with(inside) && !text[at + key.len()..].starts_with(inside));
    let beginnings = key.match_indices('-').map(|(at, _)| &key[..=at]);
    whole || beginnings.into_iter().any(|beginning| text.contains(&format!("\"{beginning}{{")))
}

#[test]
fn a_key_is_found_whole_or_by_its_beginning() {
    fn check(text: &str, key: &str, expected: bool) {
        assert_eq!(names(text, key), expected, "{key} in {text}");
    }
    check("say(\"fault-internal\")", "fault-internal", true);
    check("format!(\"fault-{}\", code)", "fault-internal", true);
    check("say(\"fault-internal-error\")", "fault-internal", false);
    check("say(\"fault\")", "fault-internal", false);
}
