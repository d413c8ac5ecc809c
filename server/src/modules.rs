//! The rooms of this house. A new room is one word here and one line in `Cargo.toml`.

use std::sync::Arc;

use journal::{Channels, House, Room, Rules, Signatures, log::Signer};
use kernel::Files;

use crate::signatures::DemoSignatures;

/// Opens every room. Demo data is loaded in this order.
pub(crate) fn rooms(house: &House, rules: &Rules, channels: &Channels, signer: &Arc<Signer>, files: &Arc<dyn Files>) -> Vec<Room> {
    vec![
        directory::room(house),
        services::room(house),
        datasets::room(house),
        kpis::room(house),
        surveys::room(house),
        feedback::room(house, rules.clone(), Arc::clone(signer), signatures(house), Arc::clone(files)),
        ratings::room(house),
        notifications::room(house, channels),
    ]
}

/// What verifies signatures.
fn signatures(house: &House) -> Arc<dyn Signatures> {
    Arc::new(DemoSignatures { database: house.database.clone(), clock: Arc::clone(&house.clock) })
}
