//! The room, seen from the graph, on SQLite and, when `TURKISTAN_TEST_POSTGRES` names a server, on PostgreSQL.

mod ballots;
mod demo;
mod house;
mod keeping;
mod questions;
mod refusals;
mod rules;
