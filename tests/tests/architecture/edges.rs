//! Which crate of the house may use which.

use std::{collections::BTreeMap, process::Command};

use serde_json::Value;

use crate::tree::{none, rooms, root};

/// What each crate may use. Rooms are added below: all of them may use the same, and never each other.
const ALLOWED: [(&str, &[&str]); 13] = [
    ("kernel", &[]),
    ("engine", &["kernel"]),
    ("suggester", &[]),
    ("journal", &["kernel", "engine"]),
    ("vocabulary", &["kernel"]),
    ("federation", &["kernel"]),
    ("remote", &["kernel", "federation"]),
    ("runner", &["kernel", "engine", "journal"]),
    ("migrations", &[]),
    ("playground", &["kernel"]),
    ("server", &["kernel", "vocabulary", "federation", "remote", "engine", "journal", "runner", "migrations", "playground"]),
    ("scratch", &["kernel"]),
    ("tests", &["server", "scratch"]),
];

const ROOM: &[&str] = &["kernel", "vocabulary", "engine", "suggester", "journal"];

/// The crates of the house, each with what its program (not its tests) uses.
pub(crate) fn dependencies() -> BTreeMap<String, Vec<String>> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let metadata = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo metadata");
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: Value = serde_json::from_slice(&metadata.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("a list");
    packages.iter().map(|package| (text(&package["name"]), normal(package))).collect()
}

fn normal(package: &Value) -> Vec<String> {
    let all = package["dependencies"].as_array().expect("a list");
    all.iter().filter(|dependency| dependency["kind"].is_null()).map(|dependency| text(&dependency["name"])).collect()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

#[test]
fn crates_use_only_what_the_table_of_edges_allows() {
    let (used, rooms) = (dependencies(), rooms());
    let mut complaints = Vec::new();
    for (name, dependencies) in &used {
        let mut allowed: Vec<&str> = match ALLOWED.iter().find(|(known, _)| known == name) {
            Some((_, allowed)) => allowed.to_vec(),
            None if rooms.contains(name) => ROOM.to_vec(),
            None => {
                complaints.push(format!("{name} is in no line of the table of edges"));
                continue;
            }
        };
        if name == "server" {
            allowed.extend(rooms.iter().map(String::as_str));
        }
        let house = dependencies.iter().filter(|dependency| used.contains_key(*dependency));
        let stray = house.filter(|dependency| !allowed.contains(&dependency.as_str()));
        complaints.extend(stray.map(|dependency| format!("{name} -> {dependency} is not an allowed edge")));
    }
    none(&complaints);
}

#[test]
fn every_room_is_opened_by_the_server() {
    let server = &dependencies()["server"];
    let shut = rooms().into_iter().filter(|room| !server.contains(room));
    none(&shut.map(|room| format!("server does not use the room {room}")).collect::<Vec<_>>());
}
