//! The room, seen from the graph and from the runner, on SQLite and, when `TURKISTAN_TEST_POSTGRES` names a server, on PostgreSQL.

mod acts;
mod answers;
mod demo;
mod erasure;
mod house;
mod migration;
mod refusals;
mod views;
