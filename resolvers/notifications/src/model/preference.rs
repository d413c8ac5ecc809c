//! What people want to be told, how and when, and what the law wants them to be told whatever they want.

use chrono::{DateTime, Days, NaiveTime, Utc};
use kernel::{city_instant, city_time};
use serde::{Deserialize, Serialize};

use super::Topic;

/// When the daily mails go out, by the city's clock.
const DAILY_AT: NaiveTime = NaiveTime::from_hms_opt(9, 0, 0).expect("an hour of the day");

words! {
    /// By which way people are told.
    Channel {
        /// Mail: the way by which the law's notices go, whatever else is chosen.
        Mail = "mail",
        /// A browser that subscribed.
        Push = "push",
        /// A chat with the city's Telegram bot.
        Telegram = "telegram",
        /// A telephone: each message costs the city money.
        Sms = "sms",
    }
}

words! {
    /// How a topic is told.
    Manner {
        /// As soon as it happens, but for quiet hours.
        AtOnce = "at-once",
        /// Once a day, in one message with all others.
        Daily = "daily",
        /// Not at all.
        Never = "never",
    }
}

/// What holds of a topic, whoever is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// The article of the APPC that wants people to be told. Such a notice always passes.
    pub(crate) article: Option<&'static str>,
    /// Whether it can wait for the daily message.
    pub(crate) daily: bool,
    /// Whether it answers what somebody is about to do, and so comes at once or would be of no use.
    pub(crate) asked_for: bool,
}

impl Rule {
    /// Whether it comes whatever its reader chose.
    pub(crate) fn always(self) -> bool {
        self.article.is_some() || self.asked_for
    }
}

impl Topic {
    /// The one table of what is statutory and what can wait.
    pub(crate) fn rule(self) -> Rule {
        let statutory = |article| Rule { article: Some(article), daily: false, asked_for: false };
        let free = |daily| Rule { article: None, daily, asked_for: false };
        match self {
            // Art. 64: the applicant gets a coupon with number, date and time.
            Topic::Coupon => statutory("64"),
            // Art. 65: whoever forwards an appeal notifies the participant at the same time.
            Topic::Forwarded => statutory("65"),
            // Art. 76: the term is the one in which the participant gets the decision.
            Topic::Answer => statutory("76"),
            // Art. 76: the participant is told of an extension within three working days.
            Topic::Extension => statutory("76"),
            // Art. 91(2): silence counts as a refusal from the day the term runs out, and the time to complain begins.
            Topic::Silence => statutory("91(2)"),
            // The term may stop until it is answered, and a deadline that has passed will not wait either.
            Topic::Question | Topic::Overdue => free(false),
            Topic::Assignment | Topic::Reminder | Topic::Rating | Topic::Followed | Topic::Area => free(true),
            // Somebody waits for the code. It goes to an address that may never have been written to, and nothing else does before it is given.
            Topic::Confirmation => Rule { article: None, daily: false, asked_for: true },
        }
    }
}

impl Channel {
    /// The manners of a topic among which a person may choose.
    pub(crate) fn manners(self, topic: Topic) -> impl Iterator<Item = Manner> {
        Manner::ALL.iter().copied().filter(move |manner| self.allows(topic, *manner))
    }

    /// The one table of what may be chosen. Mail carries whatever the law wants told, so that by every other way a person may be told of it
    /// or not, as they like. Those ways are for what comes at once: a day's messages together are a mail.
    pub(crate) fn allows(self, topic: Topic, manner: Manner) -> bool {
        let rule = topic.rule();
        match (self, manner) {
            (_, Manner::AtOnce) => true,
            (Channel::Mail, Manner::Daily) => rule.daily,
            (Channel::Mail, Manner::Never) => !rule.always(),
            (Channel::Push | Channel::Telegram | Channel::Sms, Manner::Daily) => false,
            (Channel::Push | Channel::Telegram | Channel::Sms, Manner::Never) => true,
        }
    }

    /// The one table of how somebody is told who chose nothing. Whoever links a browser or a chat wants to hear from it. A text message costs
    /// the city money, so by it comes what the law wants told, for from then on terms run, and anything else to those who choose it.
    pub(crate) fn usual(self, topic: Topic) -> Manner {
        match self {
            Channel::Mail | Channel::Push | Channel::Telegram => Manner::AtOnce,
            Channel::Sms if topic.rule().article.is_some() => Manner::AtOnce,
            Channel::Sms => Manner::Never,
        }
    }

    /// How somebody is told who chose this, or nothing. A topic that became statutory after somebody chose passes nevertheless.
    pub(crate) fn manner(self, topic: Topic, chosen: Option<Manner>) -> Manner {
        chosen.filter(|manner| self.allows(topic, *manner)).unwrap_or_else(|| self.usual(topic))
    }
}

/// What a mail's reader can end with one click.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subscription {
    /// Messages of a topic.
    Topic(Topic),
    /// The daily message, with every topic that comes in it.
    Daily,
}

impl Subscription {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Subscription::Topic(topic) => topic.word(),
            Subscription::Daily => Manner::Daily.word(),
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Subscription> {
        let daily = (word == Manner::Daily.word()).then_some(Subscription::Daily);
        daily.or_else(|| Topic::from_word(word).map(Subscription::Topic))
    }

    /// Whether it holds messages of the topic.
    pub(crate) fn holds(self, topic: Topic) -> bool {
        match self {
            Subscription::Topic(own) => own == topic,
            Subscription::Daily => topic.rule().daily,
        }
    }
}

/// The hours of each day, by the city's clock, in which nothing comes that the law does not ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct QuietHours {
    pub(crate) begins: NaiveTime,
    /// The first minute that is not quiet. Before `begins`, when a night lies between.
    pub(crate) ends: NaiveTime,
}

impl QuietHours {
    /// Reads two times such as `22:00` and `07:30`; equal ones would be quiet for good or never.
    pub(crate) fn read(begins: &str, ends: &str) -> Option<QuietHours> {
        let hours = QuietHours { begins: time(begins)?, ends: time(ends)? };
        (hours.begins != hours.ends).then_some(hours)
    }

    /// When the quiet hours end in which this instant lies; nothing when it lies in none.
    pub(crate) fn end(self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let local = city_time(at).naive_local();
        let (day, now) = (local.date(), local.time());
        let night = self.begins > self.ends;
        let is_quiet = if night { now >= self.begins || now < self.ends } else { now >= self.begins && now < self.ends };
        let ends_on = if night && now >= self.begins { day.checked_add_days(Days::new(1))? } else { day };
        is_quiet.then(|| city_instant(ends_on.and_time(self.ends)))
    }
}

/// `HH:MM`, nothing else.
fn time(text: &str) -> Option<NaiveTime> {
    (text.len() == 5).then(|| NaiveTime::parse_from_str(text, "%H:%M").ok()).flatten()
}

/// A time as it is shown, `HH:MM`.
pub(crate) fn shown(time: NaiveTime) -> String {
    time.format("%H:%M").to_string()
}

/// What becomes of a message now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passage {
    /// It is sent.
    Now,
    /// It waits until its reader's quiet hours end.
    Later(DateTime<Utc>),
    /// It waits for the daily message of this instant.
    Daily(DateTime<Utc>),
    /// Nobody wants it.
    Never,
}

impl Passage {
    /// Decides of a message that waited for a daily message which goes out now. A daily message that is tried late, or that was given another
    /// life, may find its reader's quiet hours begun.
    pub(crate) fn of_collected(topic: Topic, chosen: Option<Manner>, quiet: Option<QuietHours>, now: DateTime<Utc>) -> Passage {
        match Passage::of(Channel::Mail, topic, chosen, quiet, now) {
            Passage::Daily(_) => Passage::of(Channel::Mail, topic, Some(Manner::AtOnce), quiet, now),
            passage => passage,
        }
    }

    /// Decides, by what its reader chose, of a message that is due. What the law wants told goes by mail whatever the hour, and therefore
    /// waits for the morning by every other way.
    pub(crate) fn of(channel: Channel, topic: Topic, chosen: Option<Manner>, quiet: Option<QuietHours>, now: DateTime<Utc>) -> Passage {
        match channel.manner(topic, chosen) {
            _ if channel == Channel::Mail && topic.rule().always() => Passage::Now,
            Manner::Never => Passage::Never,
            Manner::Daily => Passage::Daily(daily(quiet, now)),
            Manner::AtOnce => quiet.and_then(|quiet| quiet.end(now)).map_or(Passage::Now, Passage::Later),
        }
    }
}

/// When the next daily message after an instant goes out.
pub(crate) fn daily(quiet: Option<QuietHours>, now: DateTime<Utc>) -> DateTime<Utc> {
    let local = city_time(now).naive_local();
    let today = local.date();
    let day = if local.time() < DAILY_AT { today } else { today.checked_add_days(Days::new(1)).unwrap_or(today) };
    let at = city_instant(day.and_time(DAILY_AT));
    quiet.and_then(|quiet| quiet.end(at)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    /// A time on 24 November 2026 in the city, UTC+05:00.
    fn at(hour: u32, minute: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 23, 19, 0, 0).unwrap() + chrono::TimeDelta::minutes((hour * 60 + minute).into())
    }

    #[test]
    fn quiet_hours_end_on_the_day_on_which_they_end() {
        fn check(begins: &str, ends: &str, now: DateTime<Utc>, end: Option<DateTime<Utc>>) {
            assert_eq!(QuietHours::read(begins, ends).unwrap().end(now), end, "{begins}-{ends} {now}");
        }
        check("22:00", "07:30", at(21, 59), None);
        check("22:00", "07:30", at(22, 0), Some(at(31, 30)));
        check("22:00", "07:30", at(23, 10), Some(at(31, 30)));
        check("22:00", "07:30", at(0, 0), Some(at(7, 30)));
        check("22:00", "07:30", at(7, 29), Some(at(7, 30)));
        check("22:00", "07:30", at(7, 30), None);
        check("13:00", "14:00", at(13, 30), Some(at(14, 0)));
        check("13:00", "14:00", at(14, 0), None);
        check("13:00", "14:00", at(12, 59), None);
        check("22:00", "00:00", at(23, 0), Some(at(24, 0)));
    }

    #[test]
    fn hours_are_two_different_times_of_a_day() {
        for (begins, ends, fits) in [
            ("22:00", "07:30", true),
            ("00:00", "23:59", true),
            ("22:00", "22:00", false),
            ("24:00", "07:00", false),
            ("22:60", "07:00", false),
            ("9:00", "10:00", false),
            ("22:00:00", "07:00", false),
            ("", "", false),
        ] {
            assert_eq!(QuietHours::read(begins, ends).is_some(), fits, "{begins} {ends}");
        }
    }

    #[test]
    fn a_message_passes_waits_or_is_dropped_as_its_reader_chose_unless_the_law_asks_for_it() {
        fn check(topic: Topic, chosen: Option<Manner>, quiet: bool, now: DateTime<Utc>, passage: Passage) {
            let quiet = quiet.then(|| QuietHours::read("22:00", "09:30").unwrap());
            assert_eq!(Passage::of(Channel::Mail, topic, chosen, quiet, now), passage, "{topic:?} {chosen:?} {quiet:?} {now}");
        }
        let (night, day, early) = (at(23, 10), at(12, 0), at(8, 0));
        for statutory in [Topic::Coupon, Topic::Forwarded, Topic::Answer, Topic::Extension, Topic::Silence, Topic::Confirmation] {
            for chosen in [None, Some(Manner::AtOnce), Some(Manner::Daily), Some(Manner::Never)] {
                check(statutory, chosen, true, night, Passage::Now);
            }
        }
        check(Topic::Reminder, None, false, night, Passage::Now);
        check(Topic::Reminder, None, true, night, Passage::Later(at(33, 30)));
        check(Topic::Reminder, None, true, day, Passage::Now);
        check(Topic::Reminder, Some(Manner::Never), false, day, Passage::Never);
        check(Topic::Reminder, Some(Manner::Daily), false, day, Passage::Daily(at(33, 0)));
        check(Topic::Reminder, Some(Manner::Daily), false, early, Passage::Daily(at(9, 0)));
        check(Topic::Reminder, Some(Manner::Daily), false, at(9, 0), Passage::Daily(at(33, 0)));
        check(Topic::Reminder, Some(Manner::Daily), true, early, Passage::Daily(at(9, 30)));
        // A topic that cannot wait any more does not.
        check(Topic::Question, Some(Manner::Daily), false, day, Passage::Now);
        check(Topic::Question, Some(Manner::Never), false, day, Passage::Never);
    }

    #[test]
    fn what_was_collected_goes_out_but_for_quiet_hours() {
        fn check(chosen: Option<Manner>, now: DateTime<Utc>, passage: Passage) {
            let quiet = QuietHours::read("22:00", "09:30");
            assert_eq!(Passage::of_collected(Topic::Reminder, chosen, quiet, now), passage, "{chosen:?} {now}");
        }
        for chosen in [None, Some(Manner::AtOnce), Some(Manner::Daily)] {
            check(chosen, at(9, 30), Passage::Now);
            check(chosen, at(21, 59), Passage::Now);
            check(chosen, at(23, 10), Passage::Later(at(33, 30)));
        }
        check(Some(Manner::Never), at(9, 30), Passage::Never);
        assert_eq!(Passage::of_collected(Topic::Answer, Some(Manner::Daily), QuietHours::read("22:00", "09:30"), at(23, 10)), Passage::Now);
    }

    #[test]
    fn by_every_other_way_than_mail_a_message_comes_at_once_after_the_quiet_hours_or_not_at_all() {
        let quiet = QuietHours::read("22:00", "09:30");
        for (channel, topic) in
            Channel::ALL.iter().filter(|channel| **channel != Channel::Mail).flat_map(|c| Topic::ALL.iter().map(|t| (*c, *t)))
        {
            let of = |chosen, quiet, now| Passage::of(channel, topic, chosen, quiet, now);
            assert!(channel.manners(topic).eq([Manner::AtOnce, Manner::Never]), "{channel:?} {topic:?}");
            assert_eq!(of(Some(Manner::AtOnce), None, at(23, 10)), Passage::Now);
            assert_eq!(of(Some(Manner::AtOnce), quiet, at(23, 10)), Passage::Later(at(33, 30)), "{topic:?}");
            assert_eq!(of(Some(Manner::Never), quiet, at(12, 0)), Passage::Never, "{topic:?}");
            let usual = of(None, None, at(12, 0));
            assert_eq!(of(Some(Manner::Daily), None, at(12, 0)), usual, "what cannot be chosen was not");
        }
    }

    #[test]
    fn whoever_chose_nothing_is_told_as_the_table_says() {
        for topic in Topic::ALL {
            let usual = [Channel::Mail, Channel::Push, Channel::Telegram].map(|channel| channel.usual(*topic));
            assert_eq!(usual, [Manner::AtOnce; 3]);
            let by_law = matches!(topic, Topic::Coupon | Topic::Forwarded | Topic::Answer | Topic::Extension | Topic::Silence);
            assert_eq!(Channel::Sms.usual(*topic), if by_law { Manner::AtOnce } else { Manner::Never }, "{topic:?}");
        }
    }
}
