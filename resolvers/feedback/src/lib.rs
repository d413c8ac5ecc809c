//! The room of feedback: a citizen's report finds the party responsible, and everybody sees who has it, why, and by when.
//!
//! **Invariants:** a report is on disk, with its first event, its routing job and its deadline timer, before it is acknowledged; the key of
//! its coupon is derived and never stored; the public sees no text that an officer has not released; what one may not see answers as what
//! does not exist.

mod acts;
mod attachments;
mod calendar;
mod contact;
mod coupon;
mod demo;
mod desk;
mod district;
mod entity;
mod error;
mod files;
mod filing;
mod graph;
mod histories;
mod identity;
mod intake;
mod learning;
mod masking;
mod model;
mod notices;
mod outcome;
mod parties;
mod policy;
mod process;
mod receipt;
mod reference;
mod routing;
mod rules;
mod search;
mod similar;
mod store;
mod templates;
#[cfg(test)]
mod tests;
mod timeline;

use std::sync::Arc;

use journal::{House, Room, Rules, Signatures, log::Signer};
use kernel::Files;

/// Opens the room, with the rules that it works by, what signs its receipts, what verifies the signatures of others, and what keeps the
/// photos of its reports.
#[must_use]
pub fn room(house: &House, rules: Rules, signer: Arc<Signer>, signatures: Arc<dyn Signatures>, files: Arc<dyn Files>) -> Room {
    let keys = coupon::keys(house.secret.clone());
    let contacts = contact::ContactKeys::new(house.secret.clone());
    let file_keys = files::FileKeys::new(house.secret.clone());
    let desk = desk::Desk {
        contacts,
        signatures,
        house: house.clone(),
        rules,
        keys,
        signer,
        files,
        file_keys,
        parties: Arc::default(),
        rehearses: false,
        learnt: Arc::default(),
    };
    Room {
        subgraph: graph::subgraph(desk.clone()),
        handlers: vec![Arc::new(process::FeedbackProcess(desk.clone()))],
        documents: vec![
            &parties::PARTIES,
            &filing::PROVIDER,
            &acts::OFFICER,
            &notices::OFFICERS,
            &notices::QUEUE,
            &notices::ERASE,
            &notices::ERASE_COMMENTS,
            &notices::ANNOUNCE,
            &graph::notices::NOTICES,
            &demo::SERVICES,
        ],
        demo: Some(Arc::new(demo::Reports::new(desk.clone()))),
        histories: Some(Arc::new(histories::Cases(desk))),
    }
}
