//! The rules in force: the files of the installation, and the versions that were published since. A publication is an event, so the log says
//! who published what, and every process on the database goes by it.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use chrono::{DateTime, Utc};
use engine::{Library, Proposal};
use kernel::{Actor, Error, Result};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde_json::json;
use uuid::Uuid;

use crate::{Abort, Database, NewEvent, Txn, append, entity::rule_file, fault, length};

/// The stream of publications.
const STREAM: &str = "rules";
/// A process that is told of many commits looks for new rules no more often than this.
const BREATH: Duration = Duration::from_millis(250);

/// The rules in force. Clones share them.
#[derive(Clone)]
pub struct Rules {
    installed: Arc<Library>,
    current: Arc<RwLock<Arc<Library>>>,
}

impl Rules {
    /// Those of the installation. What was published since is there after [`Rules::refresh`].
    #[must_use]
    pub fn new(installed: Arc<Library>) -> Rules {
        Rules { current: Arc::new(RwLock::new(Arc::clone(&installed))), installed }
    }

    /// All versions that cases may be on.
    #[must_use]
    pub fn library(&self) -> Arc<Library> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes up what was published.
    ///
    /// # Errors
    /// When the database fails, or when a published file does not fit those of the installation.
    pub async fn refresh(&self, db: &impl ConnectionTrait) -> Result<()> {
        let rows = rule_file::Entity::find().order_by_asc(rule_file::Column::Name).all(db).await.map_err(fault)?;
        let mut files = Vec::new();
        for row in &rows {
            // A version may be put among the files of the installation later on.
            match self.installed.digests().get(&row.name) {
                Some(digest) if *digest == row.digest => {}
                Some(_) => {
                    return Err(Error::internal(format!("{} was published, and the installation has another file of that name", row.name)));
                }
                None => files.push((format!("{}.toml", row.name), row.content.as_str())),
            }
        }
        if files.iter().all(|(file, _)| self.library().digests().contains_key(file.trim_end_matches(".toml"))) {
            return Ok(());
        }
        let files: Vec<(&str, &str)> = files.iter().map(|(file, text)| (file.as_str(), *text)).collect();
        let library = self.installed.with(&files).map_err(|fault| Error::internal(format!("published rules: {fault}")))?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(library);
        tracing::info!(files = rows.len(), "published rules are in force");
        Ok(())
    }

    /// Takes up what other processes publish, for as long as the database lives.
    pub async fn follow(self, database: Database) {
        let mut committed = database.writer.committed();
        let mut known = None;
        while committed.changed().await.is_ok() {
            let looked = async {
                let count = rule_file::Entity::find().count(&database.reader).await.map_err(fault)?;
                if known != Some(count) {
                    self.refresh(&database.reader).await?;
                    known = Some(count);
                }
                Ok::<_, Error>(())
            };
            if let Err(error) = looked.await {
                tracing::error!(?error, "new rules cannot be read; the next commit tries again");
            }
            tokio::time::sleep(BREATH).await;
        }
    }
}

/// Publishes files that were proposed, with who wants it. False when one of them was published meanwhile.
///
/// # Errors
/// When the database fails.
pub async fn publish(txn: &Txn, now: DateTime<Utc>, actor: &Actor, by: &[String], proposal: &Proposal) -> Result<bool, Abort> {
    let names: BTreeMap<&str, (&str, String)> = proposal
        .files()
        .iter()
        .map(|(file, text)| {
            let name = file.trim_end_matches(".toml");
            (name, (text.as_str(), proposal.library().digests().get(name).cloned().unwrap_or_default()))
        })
        .collect();
    let taken = rule_file::Entity::find().filter(rule_file::Column::Name.is_in(names.keys().copied())).count(txn).await?;
    if taken > 0 {
        return Ok(false);
    }
    let rows = names.iter().map(|(name, (text, digest))| rule_file::ActiveModel {
        name: Set((*name).to_owned()),
        content: Set((*text).to_owned()),
        digest: Set(digest.clone()),
        published_at: Set(now),
    });
    rule_file::Entity::insert_many(rows).exec_without_returning(txn).await?;
    let digests: BTreeMap<&str, &String> = names.iter().map(|(name, (_, digest))| (*name, digest)).collect();
    let payload = json!({ "files": digests, "proposal": proposal.digest(), "by": by });
    let event = NewEvent { kind: "rules_published".into(), payload, versions: None };
    let stream_id = Uuid::new_v5(&Uuid::NAMESPACE_OID, STREAM.as_bytes());
    let number = length(txn, stream_id).await?;
    append(txn, STREAM, stream_id, number, now, &actor.journal_name(), vec![event]).await?;
    Ok(true)
}
