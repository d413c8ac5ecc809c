//! The room as the graph, the runner and its neighbours meet it: on SQLite, or on PostgreSQL where `TURKISTAN_TEST_POSTGRES` names a server.

mod acts;
mod city;
mod demo;
mod desk;
mod filing;
mod intake;
mod joining;
mod letters;
mod lists;
mod neighbours;
mod notices;
mod numbers;
mod people;
mod queues;
mod random;
mod readings;
mod receipts;
mod routing;
mod rules;
mod templates;
mod timeline;
mod timers;
mod work;
