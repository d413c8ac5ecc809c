//! The rooms of this house. A new room is one word here and one line in `Cargo.toml`.

use std::sync::Arc;

use engine::Library;
use journal::{House, Mailer, Room};

/// Opens every room.
pub(crate) fn rooms(house: &House, library: &Arc<Library>, mailer: &Arc<dyn Mailer>) -> Vec<Room> {
    let _ = (library, mailer);
    vec![directory::room(house)]
}
