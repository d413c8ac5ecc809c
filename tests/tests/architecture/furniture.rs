//! The same furniture in every room.

use crate::{
    code::part,
    tree::{none, read, rooms, root},
};

/// What every room has, each piece as a file or as a folder.
const PIECES: [&[&str]; 10] = [
    &["lib.rs"],
    &["model.rs", "model"],
    &["policy.rs"],
    &["store.rs", "store"],
    &["entity"],
    &["graph"],
    &["error.rs"],
    &["words/kk.ftl"],
    &["words/ru.ftl"],
    &["words/en.ftl"],
];

/// A room without demo data of its own, and why.
const NO_DEMO: [&str; 1] = ["notifications"]; // its messages come from the demo acts of the others

#[test]
fn every_room_has_the_same_furniture() {
    let mut complaints = Vec::new();
    for room in rooms() {
        let mut pieces: Vec<&[&str]> = PIECES.to_vec();
        pieces.push(&["tests.rs", "tests"]);
        if !NO_DEMO.contains(&room.as_str()) {
            pieces.push(&["demo"]);
        }
        let source = root().join("resolvers").join(&room).join("src");
        let lacking = pieces.iter().filter(|piece| !piece.iter().any(|name| source.join(name).exists()));
        complaints.extend(lacking.map(|piece| format!("resolvers/{room}/src has no {}", piece.join(" or "))));
    }
    none(&complaints);
}

#[test]
fn the_door_is_the_only_public_item_of_a_room() {
    let mut complaints = Vec::new();
    for room in rooms() {
        let code = part(&read(&format!("resolvers/{room}/src/lib.rs"))).code;
        let public: Vec<&str> = code.lines().filter(|line| line.starts_with("pub ")).collect();
        if public.len() != 1 || !public[0].starts_with("pub fn room(") {
            complaints.push(format!("resolvers/{room}/src/lib.rs offers {public:?}, not one `pub fn room(…)`"));
        }
    }
    none(&complaints);
}
