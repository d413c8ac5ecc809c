//! Which crate of the world stays behind which wall of the house.

use crate::{
    code::{part, words},
    edges::dependencies,
    tree::{File, none, rooms, rust},
};

/// A foreign crate, and the crates of the house that may name it.
const FENCES: [(&str, &[&str]); 3] =
    [("axum", &["server", "playground"]), ("lettre", &["runner"]), ("async-graphql", &["vocabulary", "federation", "rooms"])];

/// What reaches outside the process, or is made for it.
const IO: [&str; 9] = ["async_graphql", "axum", "hyper", "lettre", "reqwest", "sea_orm", "sea_orm_migration", "sqlx", "tokio"];

#[test]
fn foreign_crates_stay_behind_their_fences() {
    let rooms = rooms();
    let mut complaints = Vec::new();
    for (house, used) in dependencies() {
        for (foreign, allowed) in FENCES {
            let inside = allowed.contains(&house.as_str()) || (allowed.contains(&"rooms") && rooms.contains(&house));
            if !inside && used.iter().any(|name| name == foreign) {
                complaints.push(format!("{house} uses {foreign}, which only {} may", allowed.join(", ")));
            }
        }
    }
    none(&complaints);
}

#[test]
fn the_engine_and_every_model_name_no_io() {
    fn check(file: &File) -> Vec<String> {
        let code = part(&file.text).code;
        let named = IO.into_iter().filter(|io| words(&code).any(|word| word == *io));
        named.map(|io| format!("{} names {io}", file.path)).collect()
    }
    let mut files = rust("workflows/engine/src");
    files.extend(rust("").into_iter().filter(|file| file.name() == "model.rs" || file.path.contains("/src/model/")));
    assert!(files.len() > rooms().len(), "the models are not where this test looks for them");
    none(&files.iter().flat_map(check).collect::<Vec<_>>());
}

#[test]
fn migrations_know_no_entity() {
    let entity = ["ActiveModelTrait", "DeriveEntityModel", "EntityTrait", "entity"];
    let named = rust("migrations/src").into_iter().filter(|file| words(&part(&file.text).code).any(|word| entity.contains(&word)));
    none(&named.map(|file| format!("{} names an entity; a migration is frozen, an entity is not", file.path)).collect::<Vec<_>>());
}

/// A database that is away is no fault of the house, and only the journal can tell.
#[test]
fn a_failure_of_the_database_is_judged_by_the_journal() {
    let files = rust("resolvers").into_iter().chain(rust("workflows/journal/src"));
    // Opening a database fails with the driver's own error, before anybody is served.
    let judged = files.filter(|file| file.path != "workflows/journal/src/database.rs").filter(|file| {
        let code: String = part(&file.text).code.split_whitespace().collect();
        code.contains(".await.map_err(Error::internal)") || code.contains(".await.map_err(kernel::Error::internal)")
    });
    none(&judged.map(|file| format!("{}: use journal::fault for what the database failed with", file.path)).collect::<Vec<_>>());
}
