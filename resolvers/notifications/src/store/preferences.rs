//! What people chose. Every read names the recipients whose choices it is for.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use journal::{Abort, ActKey, Txn, claim, claim_with, settle};
use kernel::Result;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::OnConflict};
use serde::{Deserialize, Serialize};

use super::{Store, known};
use crate::{
    entity::{notification_preference, quiet_hours},
    error,
    model::{
        Topic,
        preference::{Channel, Manner, QuietHours, Subscription},
    },
    recipient::Recipient,
};

/// How somebody wants to be told of a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Choice {
    pub(crate) topic: Topic,
    pub(crate) channel: Channel,
    pub(crate) manner: Manner,
}

/// When somebody is not to be disturbed; no hours end it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Quiet {
    pub(crate) channel: Channel,
    pub(crate) hours: Option<QuietHours>,
}

/// What several recipients chose.
#[derive(Debug, Default)]
pub(crate) struct Choices {
    manners: HashMap<(String, Topic), Manner>,
    hours: HashMap<String, QuietHours>,
}

impl Choices {
    /// How a topic is to be told: as the first of the recipients chose who has chosen. Whoever has an account comes first, then their
    /// address, from which they may have unsubscribed before.
    pub(crate) fn manner(&self, recipients: &[Recipient], topic: Topic) -> Option<Manner> {
        recipients.iter().find_map(|recipient| self.manners.get(&(recipient.0.clone(), topic)).copied())
    }

    /// The quiet hours of the first of the recipients who has some.
    pub(crate) fn hours(&self, recipients: &[Recipient]) -> Option<QuietHours> {
        recipients.iter().find_map(|recipient| self.hours.get(&recipient.0).copied())
    }
}

impl Store {
    /// What the recipients chose of a channel.
    pub(crate) async fn choices(&self, recipients: &[Recipient], channel: Channel) -> Result<Choices> {
        let (mut choices, names) = (Choices::default(), || recipients.iter().map(|recipient| recipient.0.as_str()));
        let preferences = notification_preference::Entity::find()
            .filter(notification_preference::Column::Recipient.is_in(names()))
            .filter(notification_preference::Column::Channel.eq(channel.word()));
        for row in preferences.all(&self.database.reader).await.map_err(journal::fault)? {
            let topic = known(&row.topic, Topic::from_word(&row.topic))?;
            choices.manners.insert((row.recipient, topic), known(&row.delivery, Manner::from_word(&row.delivery))?);
        }
        let hours = quiet_hours::Entity::find()
            .filter(quiet_hours::Column::Recipient.is_in(names()))
            .filter(quiet_hours::Column::Channel.eq(channel.word()));
        for row in hours.all(&self.database.reader).await.map_err(journal::fault)? {
            choices.hours.insert(row.recipient, QuietHours { begins: row.begins, ends: row.ends });
        }
        Ok(choices)
    }

    /// What a recipient chose of every channel.
    pub(crate) async fn preferences(&self, recipient: &Recipient) -> Result<HashMap<(Channel, Topic), Manner>> {
        let rows = notification_preference::Entity::find().filter(notification_preference::Column::Recipient.eq(recipient.0.as_str()));
        let rows = rows.all(&self.database.reader).await.map_err(journal::fault)?;
        let read = |row: notification_preference::Model| {
            let channel = known(&row.channel, Channel::from_word(&row.channel))?;
            let topic = known(&row.topic, Topic::from_word(&row.topic))?;
            Ok(((channel, topic), known(&row.delivery, Manner::from_word(&row.delivery))?))
        };
        rows.into_iter().map(read).collect()
    }

    /// Keeps a choice, once for its key.
    ///
    /// # Errors
    /// A refusal when the key was used for something else.
    pub(crate) async fn choose(&self, act: ActKey, recipient: Recipient, choice: Choice, now: DateTime<Utc>) -> Result<(), Abort> {
        let write = self.database.writer.write(move |txn| {
            async move {
                match claim_with(txn, &act, now, &choice).await?.before(error::key_reused)? {
                    None => choose(txn, &recipient, choice, now).await,
                    Some(_) => Ok(()),
                }
            }
            .boxed()
        });
        write.await
    }

    /// Ends a subscription; tells which topics it held. Ended twice, it has ended.
    pub(crate) async fn end(
        &self,
        act: ActKey,
        recipient: Recipient,
        subscription: Subscription,
        now: DateTime<Utc>,
    ) -> Result<Vec<Topic>, Abort> {
        let write = self.database.writer.write(move |txn| {
            async move {
                claim_with(txn, &act, now, &()).await?.before(error::key_reused)?;
                end(txn, &recipient, subscription, now).await
            }
            .boxed()
        });
        write.await
    }

    /// Takes back that messages of a topic were ended, once for its key; tells whether they had been.
    ///
    /// # Errors
    /// A refusal when the key was used for something else.
    pub(crate) async fn resume(&self, act: ActKey, recipient: Recipient, topic: Topic, now: DateTime<Utc>) -> Result<bool, Abort> {
        let write = self.database.writer.write(move |txn| {
            async move {
                match claim::<bool>(txn, &act, now).await?.before(error::key_reused)? {
                    Some(before) => Ok(before),
                    None => {
                        let resumed = resume(txn, &recipient, topic).await?;
                        settle(txn, &act, &resumed).await?;
                        Ok(resumed)
                    }
                }
            }
            .boxed()
        });
        write.await
    }

    /// Keeps quiet hours, or ends them, once for its key.
    ///
    /// # Errors
    /// A refusal when the key was used for something else.
    pub(crate) async fn keep_quiet(&self, act: ActKey, recipient: Recipient, quiet: Quiet, now: DateTime<Utc>) -> Result<(), Abort> {
        let write = self.database.writer.write(move |txn| {
            async move {
                match claim_with(txn, &act, now, &quiet).await?.before(error::key_reused)? {
                    None => keep_quiet(txn, &recipient, quiet, now).await,
                    Some(_) => Ok(()),
                }
            }
            .boxed()
        });
        write.await
    }
}

async fn choose(txn: &Txn, recipient: &Recipient, choice: Choice, now: DateTime<Utc>) -> Result<(), Abort> {
    use notification_preference::Column;
    let row = notification_preference::ActiveModel {
        recipient: Set(recipient.0.clone()),
        channel: Set(choice.channel.word().to_owned()),
        topic: Set(choice.topic.word().to_owned()),
        delivery: Set(choice.manner.word().to_owned()),
        changed_at: Set(now),
    };
    let same = OnConflict::columns([Column::Recipient, Column::Channel, Column::Topic]);
    let newer = same.clone().update_columns([Column::Delivery, Column::ChangedAt]).to_owned();
    notification_preference::Entity::insert(row).on_conflict(newer).exec_without_returning(txn).await?;
    Ok(())
}

async fn resume(txn: &Txn, recipient: &Recipient, topic: Topic) -> Result<bool, Abort> {
    use notification_preference::Column;
    let ended = notification_preference::Entity::delete_many()
        .filter(Column::Recipient.eq(recipient.0.as_str()))
        .filter(Column::Topic.eq(topic.word()))
        .filter(Column::Delivery.eq(Manner::Never.word()));
    Ok(ended.exec(txn).await?.rows_affected > 0)
}

async fn end(txn: &Txn, recipient: &Recipient, subscription: Subscription, now: DateTime<Utc>) -> Result<Vec<Topic>, Abort> {
    let topics = match subscription {
        Subscription::Topic(topic) => vec![topic],
        Subscription::Daily => {
            let rows = notification_preference::Entity::find()
                .filter(notification_preference::Column::Recipient.eq(recipient.0.as_str()))
                .filter(notification_preference::Column::Channel.eq(Channel::Mail.word()))
                .filter(notification_preference::Column::Delivery.eq(Manner::Daily.word()))
                .order_by_asc(notification_preference::Column::Topic)
                .all(txn)
                .await?;
            rows.iter().map(|row| known(&row.topic, Topic::from_word(&row.topic))).collect::<Result<_>>()?
        }
    };
    for topic in &topics {
        choose(txn, recipient, Choice { topic: *topic, channel: Channel::Mail, manner: Manner::Never }, now).await?;
    }
    Ok(topics)
}

async fn keep_quiet(txn: &Txn, recipient: &Recipient, quiet: Quiet, now: DateTime<Utc>) -> Result<(), Abort> {
    use quiet_hours::Column;
    let (name, channel) = (recipient.0.clone(), quiet.channel.word().to_owned());
    let Some(hours) = quiet.hours else {
        quiet_hours::Entity::delete_by_id((name, channel)).exec(txn).await?;
        return Ok(());
    };
    let row = quiet_hours::ActiveModel {
        recipient: Set(name),
        channel: Set(channel),
        begins: Set(hours.begins),
        ends: Set(hours.ends),
        changed_at: Set(now),
    };
    let same = OnConflict::columns([Column::Recipient, Column::Channel]);
    let newer = same.clone().update_columns([Column::Begins, Column::Ends, Column::ChangedAt]).to_owned();
    quiet_hours::Entity::insert(row).on_conflict(newer).exec_without_returning(txn).await?;
    Ok(())
}
