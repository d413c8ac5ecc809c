//! One linear history of the tables, for SQLite and PostgreSQL alike.
//!
//! A migration that has run somewhere is frozen: table and column names are written out as text, and no entity is imported, so that a later
//! change of the code cannot change the past. New tables and columns come in new files (expand), old ones leave only after no running
//! version reads them (contract).

#![expect(elided_lifetimes_in_paths, reason = "the library's trait binds the lifetime of SchemaManager late")]

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

mod m20261124_000001_journal;
mod m20261124_000002_directory;
mod m20261124_000003_services;
mod m20261124_000004_datasets;
mod m20261124_000005_kpis;
mod m20261124_000006_surveys;
mod m20261124_000007_ratings;
mod m20261124_000008_feedback;
mod m20261124_000009_notifications;
mod m20261125_000010_order_of_codes;
mod m20261125_000011_job_deaths;
mod m20261126_000012_log;
mod m20261126_000013_receipts;
mod m20261126_000014_rules;
mod m20261126_000015_order_of_jobs;
mod m20261126_000030_preferences;
mod m20261127_000016_work_of_a_case;
mod m20261127_000017_accesses;
mod m20261127_000018_search;
mod m20261127_000019_joining;
mod m20261127_000020_templates;
mod m20261127_000021_intake;
mod m20261127_000022_many_hands;
mod m20261127_000040_webhooks;
mod m20261127_000041_endpoints;
mod m20261127_000042_bounces;
mod m20261127_000050_attachments;
mod m20261127_000060_calendar_links;
mod m20261127_000061_area_subscriptions;
mod m20261127_000070_learning;
mod m20261127_000071_confirmations;
mod m20261127_000072_rating_comments;
mod m20261127_000073_identities;
mod m20261127_000074_external_numbers;
mod m20261127_000075_rating_answers;
mod m20261127_000080_secure_delete;

/// Brings a database to the present.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261124_000001_journal::Migration),
            Box::new(m20261124_000002_directory::Migration),
            Box::new(m20261124_000003_services::Migration),
            Box::new(m20261124_000004_datasets::Migration),
            Box::new(m20261124_000005_kpis::Migration),
            Box::new(m20261124_000006_surveys::Migration),
            Box::new(m20261124_000007_ratings::Migration),
            Box::new(m20261124_000008_feedback::Migration),
            Box::new(m20261124_000009_notifications::Migration),
            Box::new(m20261125_000010_order_of_codes::Migration),
            Box::new(m20261125_000011_job_deaths::Migration),
            Box::new(m20261126_000012_log::Migration),
            Box::new(m20261126_000013_receipts::Migration),
            Box::new(m20261126_000014_rules::Migration),
            Box::new(m20261126_000015_order_of_jobs::Migration),
            Box::new(m20261127_000016_work_of_a_case::Migration),
            Box::new(m20261127_000017_accesses::Migration),
            Box::new(m20261127_000018_search::Migration),
            Box::new(m20261127_000019_joining::Migration),
            Box::new(m20261127_000020_templates::Migration),
            Box::new(m20261127_000021_intake::Migration),
            Box::new(m20261127_000022_many_hands::Migration),
            Box::new(m20261126_000030_preferences::Migration),
            Box::new(m20261127_000040_webhooks::Migration),
            Box::new(m20261127_000041_endpoints::Migration),
            Box::new(m20261127_000060_calendar_links::Migration),
            Box::new(m20261127_000070_learning::Migration),
            Box::new(m20261127_000071_confirmations::Migration),
            Box::new(m20261127_000072_rating_comments::Migration),
            Box::new(m20261127_000073_identities::Migration),
            Box::new(m20261127_000074_external_numbers::Migration),
            Box::new(m20261127_000050_attachments::Migration),
            Box::new(m20261127_000042_bounces::Migration),
            Box::new(m20261127_000061_area_subscriptions::Migration),
            Box::new(m20261127_000075_rating_answers::Migration),
            Box::new(m20261127_000080_secure_delete::Migration),
        ]
    }
}
