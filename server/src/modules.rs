//! The rooms of this house. A new room is one word here and one line in `Cargo.toml`.

use std::sync::Arc;

use journal::{House, Mailer, Room, Rules, Signatures, log::Signer};

use crate::signatures::DemoSignatures;

/// Opens every room. Demo data is loaded in this order.
pub(crate) fn rooms(house: &House, rules: &Rules, mailer: &Arc<dyn Mailer>, signer: &Arc<Signer>, public_url: Option<&str>) -> Vec<Room> {
    vec![
        directory::room(house),
        services::room(house),
        datasets::room(house),
        kpis::room(house),
        surveys::room(house),
        feedback::room(house, rules.clone(), Arc::clone(signer), signatures(house)),
        ratings::room(house),
        notifications::room(house, Arc::clone(mailer), public_url.map(str::to_owned)),
    ]
}

/// What verifies signatures.
fn signatures(house: &House) -> Arc<dyn Signatures> {
    Arc::new(DemoSignatures { database: house.database.clone(), clock: Arc::clone(&house.clock) })
}
