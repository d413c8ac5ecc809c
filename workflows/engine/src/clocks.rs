//! The terms that run on a case, as data: `clocks.vN.toml`.

use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::{Law, LoadError, Status, VersionRef, load::Source};

/// Which of the two ways a report takes; they are never mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Track {
    /// An informal request, as to the contact centre 109.
    Request,
    /// A statutory appeal (APPC): identity, coupon, lawful terms.
    Appeal,
}

/// The kinds of appeal (APPC Art. 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// Asks for help in realising rights.
    Application,
    /// Demands the restoration of rights.
    Complaint,
    /// Reports a breach of law or a fault in work.
    Message,
    /// Recommends an improvement.
    Proposal,
    /// Expresses an attitude.
    Response,
    /// Asks for information on public matters.
    InfoRequest,
}

/// How soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Urgency {
    /// Life is in danger.
    Emergency,
    /// Cannot wait for a working day.
    Urgent,
    /// The usual.
    Ordinary,
    /// Needs planning.
    Planned,
}

impl Track {
    /// Both tracks.
    pub const ALL: [Track; 2] = [Track::Request, Track::Appeal];

    /// The word in definitions and in the graph.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Track::Request => "REQUEST",
            Track::Appeal => "APPEAL",
        }
    }
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 6] = [Kind::Application, Kind::Complaint, Kind::Message, Kind::Proposal, Kind::Response, Kind::InfoRequest];

    /// The word in definitions and in the graph.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Application => "APPLICATION",
            Kind::Complaint => "COMPLAINT",
            Kind::Message => "MESSAGE",
            Kind::Proposal => "PROPOSAL",
            Kind::Response => "RESPONSE",
            Kind::InfoRequest => "INFO_REQUEST",
        }
    }
}

impl Urgency {
    /// All levels.
    pub const ALL: [Urgency; 4] = [Urgency::Emergency, Urgency::Urgent, Urgency::Ordinary, Urgency::Planned];

    /// The word in definitions and in the graph.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Urgency::Emergency => "EMERGENCY",
            Urgency::Urgent => "URGENT",
            Urgency::Ordinary => "ORDINARY",
            Urgency::Planned => "PLANNED",
        }
    }
}

/// How long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// Hours, round the clock, from arrival.
    Hours(u32),
    /// Working days, from registration.
    WorkingDays(u32),
    /// Days, from the day of arrival.
    CalendarDays(u32),
    /// Months, from the day of arrival.
    CalendarMonths(u32),
}

impl Term {
    /// How long, in one language: `15 working days`.
    #[must_use]
    pub fn text(self, locale: kernel::Locale) -> String {
        let (key, n) = match self {
            Term::Hours(n) => ("term-hours", n),
            Term::WorkingDays(n) => ("term-working-days", n),
            Term::CalendarDays(n) => ("term-calendar-days", n),
            Term::CalendarMonths(n) => ("term-calendar-months", n),
        };
        crate::words().text(locale, key, &[("n", n.into())])
    }
}

/// The day that counts as the first of a term in working days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FirstDay {
    /// The working day after registration.
    NextWorkingDay,
    /// The day of registration.
    SameDay,
}

/// What happens to a term that ends on a day off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnDayOff {
    /// Nothing: terms in working days and hours.
    #[default]
    Stays,
    /// Ends a working day later.
    NextWorkingDay,
    /// Ends a working day earlier.
    PreviousWorkingDay,
}

/// When on its last day a term ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closes {
    /// With the working hours.
    #[default]
    WithWorkingHours,
    /// At midnight.
    EndOfDay,
}

/// One term.
#[derive(Clone, Debug)]
pub struct ClockRule {
    /// Its name, e.g. `appeal-complaint`.
    pub id: String,
    /// The file that it is in.
    pub version: VersionRef,
    /// How long.
    pub term: Term,
    /// Which day is the first of a term in working days.
    pub first_day: FirstDay,
    /// What happens when it ends on a day off.
    pub on_day_off: OnDayOff,
    /// When on its last day it ends.
    pub closes: Closes,
    /// Whether it stands still while the reporter is asked.
    pub pausable: bool,
    /// Where it is written.
    pub law: Law,
    /// Where it is written that what comes after hours is registered on the next working day.
    pub registration_law: Law,
    applies: Option<Applies>,
}

/// To which cases a clock applies as the deadline of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(tag = "track", rename_all = "SCREAMING_SNAKE_CASE", deny_unknown_fields)]
enum Applies {
    Request { urgency: Urgency },
    Appeal { kind: Kind },
}

impl Applies {
    fn to(track: Track, kind: Kind, urgency: Urgency) -> Applies {
        match track {
            Track::Request => Applies::Request { urgency },
            Track::Appeal => Applies::Appeal { kind },
        }
    }
}

/// One version of the terms.
#[derive(Debug)]
pub struct Clocks {
    version: VersionRef,
    rules: Vec<ClockRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClocksFile {
    #[serde(rename = "format")]
    _format: String,
    #[serde(rename = "id")]
    _id: String,
    version: Spanned<u32>,
    counting: Counting,
    registration: Registration,
    clock: Vec<ClockFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Counting {
    first_day: FirstDay,
    source: Spanned<String>,
    status: Status,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Registration {
    appeal: LawFile,
    request: LawFile,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LawFile {
    source: Spanned<String>,
    status: Status,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockFile {
    id: Spanned<String>,
    term: Term,
    #[serde(default, rename = "for")]
    applies: Option<Applies>,
    #[serde(default)]
    on_day_off: OnDayOff,
    #[serde(default)]
    closes: Closes,
    pausable: bool,
    source: Spanned<String>,
    status: Status,
}

impl Clocks {
    pub(crate) fn load(source: Source<'_>, version: VersionRef) -> Result<Clocks, LoadError> {
        let file: ClocksFile = source.parse()?;
        source.law(&file.counting.source, file.counting.status)?;
        let registration = |law: &LawFile| source.law(&law.source, law.status);
        let (appeal, request) = (registration(&file.registration.appeal)?, registration(&file.registration.request)?);
        let mut rules: Vec<ClockRule> = Vec::with_capacity(file.clock.len());
        for clock in file.clock {
            let at = clock.id.span();
            let is_statute = matches!(clock.applies, Some(Applies::Appeal { .. }));
            let law = if is_statute { source.statute(&clock.source, clock.status)? } else { source.law(&clock.source, clock.status)? };
            let rule = ClockRule {
                law,
                id: clock.id.into_inner(),
                version: version.clone(),
                term: clock.term,
                first_day: file.counting.first_day,
                on_day_off: clock.on_day_off,
                closes: clock.closes,
                pausable: clock.pausable,
                registration_law: if matches!(clock.applies, Some(Applies::Request { .. })) { request.clone() } else { appeal.clone() },
                applies: clock.applies,
            };
            if let Some(twin) = rules.iter().find(|other| other.id == rule.id || (rule.applies.is_some() && other.applies == rule.applies))
            {
                return Err(source
                    .error(at, format!("clock `{}` repeats `{}`: give it another name, or another case to apply to", rule.id, twin.id)));
            }
            if rule.pausable && !matches!(rule.term, Term::WorkingDays(_)) {
                return Err(source.error(at, "only a term in working days can be paused: pausable = false"));
            }
            rules.push(rule);
        }
        let clocks = Clocks { version, rules };
        for track in Track::ALL {
            for (kind, urgency) in Kind::ALL.into_iter().flat_map(|kind| Urgency::ALL.map(|urgency| (kind, urgency))) {
                if clocks.find_deadline(track, kind, urgency).is_none() {
                    return Err(
                        source.error(file.version.span(), format!("no clock is for {track:?} {kind:?} {urgency:?}: add one with `for`"))
                    );
                }
            }
        }
        Ok(clocks)
    }

    /// Which version this is.
    #[must_use]
    pub fn version(&self) -> &VersionRef {
        &self.version
    }

    /// All terms, in the order of the file.
    #[must_use]
    pub fn rules(&self) -> &[ClockRule] {
        &self.rules
    }

    /// A term by its name.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&ClockRule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// The term for the answer: by urgency for a request, by kind for an appeal.
    ///
    /// # Errors
    /// Never for a file that was loaded: every case has a term.
    pub fn get_deadline(&self, track: Track, kind: Kind, urgency: Urgency) -> kernel::Result<&ClockRule> {
        self.find_deadline(track, kind, urgency).ok_or_else(|| kernel::Error::internal("a case without a term"))
    }

    fn find_deadline(&self, track: Track, kind: Kind, urgency: Urgency) -> Option<&ClockRule> {
        let wanted = Applies::to(track, kind, urgency);
        self.rules.iter().find(|rule| rule.applies == Some(wanted))
    }
}
