//! What acts are told.

use async_graphql::{ID, InputObject};
use kernel::Personal;
use vocabulary::Locale;

use super::enums::{FeedbackKind, Outcome, Track};
use crate::{
    acts::{Decision, Joining, OnCase, OnReport},
    intake::IntakeAnswer,
    model::{Contact, Submission},
    reference::{Cell, District, Point, find_district_by_id},
};

/// A point, WGS 84, in degrees.
#[derive(InputObject)]
pub(crate) struct PointInput {
    /// Latitude.
    lat: f64,
    /// Longitude.
    lon: f64,
}

impl PointInput {
    pub(super) fn point(&self) -> Point {
        Point { lat: self.lat, lon: self.lon }
    }

    /// The square of the map that it is in.
    pub(super) fn cell(&self) -> Cell {
        self.point().cell()
    }
}

/// Where it is. The place picked here wins over any name in the text.
#[derive(Default, InputObject)]
pub(crate) struct PlaceInput {
    /// The city or district.
    district: Option<ID>,
    /// The exact point; not shown to the public.
    point: Option<PointInput>,
    /// The address, at most 2,000 characters; not shown to the public.
    address: Option<String>,
}

impl PlaceInput {
    /// The district and the point, as far as they are there; what is not, is not looked for.
    pub(super) fn found(&self) -> (Option<&'static District>, Option<Point>) {
        let district = self.district.as_ref().and_then(|id| kernel::DistrictId::from_global(id)).and_then(find_district_by_id);
        let point = self.point.as_ref().map(PointInput::point).filter(|point| point.in_region());
        (district.or_else(|| point.and_then(Point::nearest_district)), point)
    }
}

/// How to reach the reporter. Shown to nobody but those who work the case.
#[derive(Default, InputObject)]
pub(crate) struct ContactInput {
    /// The name; an appeal needs it (APPC Art. 63).
    name: Option<String>,
    /// The mail address; the coupon and the news go there.
    email: Option<String>,
    /// The phone number.
    phone: Option<String>,
    /// The individual identification number; an appeal needs it (APPC Art. 63). It is checked, and only its last four digits are stored.
    iin: Option<String>,
}

impl From<ContactInput> for Contact {
    fn from(input: ContactInput) -> Contact {
        Contact {
            name: input.name.map(Personal::new),
            email: input.email.map(Personal::new),
            phone: input.phone.map(Personal::new),
            iin: input.iin.map(Personal::new),
        }
    }
}

/// Says “same here”.
#[derive(InputObject)]
pub(crate) struct JoinFeedbackInput {
    /// A UUID made by the client: the act is carried out once for it.
    pub(super) idempotency_key: String,
    /// The report's number.
    reference: String,
    /// The language in which news come.
    locale: Locale,
    /// Where news come, at most 254 characters; absent for somebody who only wants to be counted.
    email: Option<String>,
}

impl From<JoinFeedbackInput> for Joining {
    fn from(input: JoinFeedbackInput) -> Joining {
        Joining { reference: input.reference, locale: input.locale.into(), email: input.email.map(Personal::new) }
    }
}

/// An answer to one of `Category.questions`.
#[derive(InputObject)]
pub(crate) struct IntakeAnswerInput {
    /// The question's code.
    question: String,
    /// One value, or several where the question lets one choose several: the codes of choices, `yes` or `no`, a number, a date as
    /// `2026-11-24`, or at most 200 characters in one's own words.
    values: Vec<String>,
}

/// A new report.
#[derive(InputObject)]
pub(crate) struct SubmitFeedbackInput {
    /// A UUID made by the client and kept for good: the same key gives the same coupon and no second report.
    pub(super) idempotency_key: String,
    /// Informal request or statutory appeal.
    #[graphql(default_with = "Track::Request")]
    track: Track,
    /// Which kind of appeal.
    #[graphql(default_with = "FeedbackKind::Message")]
    kind: FeedbackKind,
    /// What it is about; when absent, the suggester reads the text, and when that abstains, the akim's office decides.
    category: Option<ID>,
    /// What happened, in Kazakh, Russian or English: 1 to 10,000 characters.
    text: String,
    /// The language of the reporter; news come in it.
    locale: Locale,
    /// Where it is.
    place: Option<PlaceInput>,
    /// The service that it is about.
    service: Option<ID>,
    /// How to reach the reporter; may be absent for a request.
    contact: Option<ContactInput>,
    /// Answers to what is asked about the category; nobody has to give any.
    answers: Option<Vec<IntakeAnswerInput>>,
    /// The author's electronic signature over `text` exactly as it is sent, in UTF-8: a detached CMS in base64, as NCALayer makes it. It names the
    /// author's IIN, so that `contact` need not. Whoever is signed in needs none.
    signature: Option<String>,
    /// Photos and documents, at most 5: the ids that `POST /files` gave, each of which can be used once.
    attachments: Option<Vec<ID>>,
}

/// Claims to uploads. Whoever has one can attach the file, so they are shown nowhere.
pub(super) fn claims(ids: &Option<Vec<ID>>) -> Vec<Personal<String>> {
    ids.iter().flatten().map(|id| Personal::new(id.0.clone())).collect()
}

impl From<IntakeAnswerInput> for IntakeAnswer {
    fn from(input: IntakeAnswerInput) -> IntakeAnswer {
        IntakeAnswer { question: input.question, values: Personal::new(input.values) }
    }
}

impl From<SubmitFeedbackInput> for Submission {
    fn from(input: SubmitFeedbackInput) -> Submission {
        let place = input.place.unwrap_or_default();
        Submission {
            track: input.track.into(),
            kind: input.kind.into(),
            category: input.category.map(|id| id.0),
            text: Personal::new(input.text),
            locale: input.locale.into(),
            district: place.district.map(|id| id.0),
            point: place.point.map(|point| (point.lat, point.lon)),
            address: place.address.map(Personal::new),
            service: input.service.map(|id| id.0),
            contact: input.contact.unwrap_or_default().into(),
            answers: input.answers.unwrap_or_default().into_iter().map(Into::into).collect(),
            signature: input.signature.map(Personal::new),
            attachments: claims(&input.attachments),
        }
    }
}

macro_rules! case_inputs {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(InputObject)]
        pub(crate) struct $name {
            /// A UUID made by the client: the act is carried out once for it.
            idempotency_key: String,
            /// The case.
            pub(super) case: ID,
            /// The version of the case that you saw.
            version: i32,
            $($(#[$field_doc])* pub(super) $field: $type,)*
        }

        impl $name {
            pub(super) fn on_case(&self) -> OnCase {
                OnCase { key: self.idempotency_key.clone(), case: self.case.0.clone(), version: self.version }
            }
        }
    )*};
}

pub(super) use case_inputs;

case_inputs! {
    /// Takes up a case; you become its assignee.
    AcceptCaseInput {}

    /// Gives a case to a colleague.
    AssignCaseInput {
        /// The colleague; nobody when absent.
        to: Option<ID>,
    }

    /// Adds an internal note.
    NoteOnCaseInput {
        /// 1 to 2,000 characters; in no public field.
        text: String,
    }

    /// Takes a case that nobody holds.
    ClaimCaseInput {}

    /// Gives a case back that you hold.
    ReleaseCaseInput {}

    /// Asks the reporter.
    AskReporterInput {
        /// The question, 1 to 2,000 characters.
        text: String,
    }

    /// Makes the term of the answer longer, by a reasoned decision.
    ExtendDeadlineInput {
        /// The decision's number, 1 to 60 characters.
        decision_number: String,
        /// Why, 1 to 2,000 characters; the reporter reads it.
        reason: String,
        /// By how many working days.
        working_days: i32,
    }

    /// Merges a case into another one on the same matter.
    MergeCasesInput {
        /// The case whose answer will be the answer to both.
        into: ID,
    }

    /// Takes a case out of the one that it was merged into.
    UnmergeCaseInput {}

    /// Sends a case to the body that is competent.
    ForwardCaseInput {
        /// The body.
        to: ID,
        /// Why, 1 to 2,000 characters.
        reason: String,
    }

    /// Answers the reporter.
    RespondToCaseInput {
        /// How it ended.
        outcome: Outcome,
        /// Why so: one of `outcomeReasons`, where the outcome asks for one.
        reason: Option<String>,
        /// The answer, 1 to 2,000 characters.
        text: String,
        /// Photos and documents of the result, at most 5: the ids that `POST /files` gave. `SATISFIED` needs a photo where
        /// `Category.evidenceAsked` says so.
        evidence: Option<Vec<ID>>,
    }

    /// Corrects what a case is about; it is routed again.
    CorrectCategoryInput {
        /// What it is about.
        category: ID,
    }

    /// Records the number that the national register of appeals gave a case.
    RecordExternalNumberInput {
        /// The number: 4 to 40 letters, digits, dashes, dots and strokes.
        number: String,
    }

    /// Publishes the text of a report without personal data.
    ReleaseTextInput {
        /// What the public may read, 1 to 2,000 characters, without names, numbers and addresses.
        text: String,
    }

    /// Shows the public a photo.
    ReleaseAttachmentInput {
        /// The photo.
        attachment: ID,
    }
}

impl From<ExtendDeadlineInput> for Decision {
    fn from(input: ExtendDeadlineInput) -> Decision {
        Decision { number: input.decision_number, reason: input.reason, working_days: input.working_days }
    }
}

/// Confirms a mail address.
#[derive(InputObject)]
pub(crate) struct ConfirmContactInput {
    /// A UUID made by the client: the act is carried out once for it.
    pub(super) idempotency_key: String,
    /// The report's number.
    pub(super) reference: String,
    /// The address, when it was left with “same here”; without it the reporter's is meant.
    pub(super) email: Option<String>,
    /// The code that was mailed, eight digits; spaces do not matter.
    pub(super) code: String,
}

macro_rules! report_inputs {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(InputObject)]
        pub(crate) struct $name {
            /// A UUID made by the client: the act is carried out once for it.
            idempotency_key: String,
            /// The report's number.
            reference: String,
            /// The coupon's key; may be absent when you are signed in and filed it.
            key: Option<String>,
            $($(#[$field_doc])* pub(super) $field: $type,)*
        }

        impl $name {
            pub(super) fn on_report(&self) -> OnReport {
                OnReport { key: self.idempotency_key.clone(), reference: self.reference.clone(), coupon_key: self.key.clone() }
            }
        }
    )*};
}

report_inputs! {
    /// Says that it is not fixed.
    ContestClosureInput {
        /// Why, 1 to 2,000 characters; those who work the case read it.
        reason: String,
    }

    /// Answers what the office asked.
    AnswerQuestionInput {
        /// The answer, 1 to 2,000 characters; those who work the case read it.
        text: String,
        /// Photos and documents, at most 5: the ids that `POST /files` gave.
        attachments: Option<Vec<ID>>,
    }

    /// Asks for a new code that confirms your mail address.
    RequestConfirmationInput {}

    /// Takes a report back.
    WithdrawFeedbackInput {}

    /// Has what you wrote erased.
    EraseFeedbackInput {}
}
