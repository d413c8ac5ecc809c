//! The closed lists of the room.

use async_graphql::Enum;

use crate::{masking, model};

/// Which of the two ways a report takes; they are never mixed.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "engine::Track")]
pub(crate) enum Track {
    /// An informal request, as to the contact centre 109. May be anonymous.
    Request,
    /// A statutory appeal (APPC): needs the author's name and IIN, has a coupon and lawful terms.
    Appeal,
}

/// The kinds of appeal (APPC Art. 4).
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(name = "FeedbackKind", remote = "engine::Kind")]
pub(crate) enum FeedbackKind {
    /// Арыз: asks for help in realising rights.
    Application,
    /// Шағым: demands the restoration of rights broken by an act or a failure to act.
    Complaint,
    /// Хабарлама: reports a breach of law or a fault in work.
    Message,
    /// Ұсыныс: recommends an improvement.
    Proposal,
    /// Үн қосу: expresses an attitude to policy or events.
    Response,
    /// Сұрау салу: asks for information on public matters.
    InfoRequest,
}

/// How soon a request must be answered. Changes nothing for an appeal, whose terms are the law's.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "engine::Urgency")]
pub(crate) enum Urgency {
    /// Life is in danger; call 112 first.
    Emergency,
    /// Cannot wait for a working day.
    Urgent,
    /// The usual.
    Ordinary,
    /// Needs planning.
    Planned,
}

/// Where a report stands, for everybody.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "engine::PublicStatus")]
pub(crate) enum PublicStatus {
    /// Тіркелді: came in.
    Registered,
    /// Қаралуда: somebody works on it.
    InProgress,
    /// The reporter was asked a question.
    WaitingForReporter,
    /// Қайта жолданды: went to another body.
    Forwarded,
    /// Ұзартылды: the term was extended by a reasoned decision.
    Extended,
    /// The term has passed without an answer.
    Overdue,
    /// Қаралды: answered.
    Answered,
    /// The reporter says that it is not fixed; it is open again.
    Contested,
    /// Қайтарып алынды: taken back by the reporter.
    Withdrawn,
    /// Тоқтатылды: ended without an answer on the substance, with a reason.
    Terminated,
}

/// How a case ended.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "model::Outcome")]
pub(crate) enum Outcome {
    /// Done as asked.
    Satisfied,
    /// Done in part.
    PartlySatisfied,
    /// Refused, with a reason.
    Refused,
    /// Explained; nothing had to be done.
    Explained,
    /// Another body answers.
    Forwarded,
    /// Answered with another report on the same matter.
    Duplicate,
    /// Taken back by the reporter.
    Withdrawn,
    /// Ended without an answer on the substance, with a reason.
    Terminated,
}

/// A kind of personal data in a text.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "masking::Kind")]
pub(crate) enum PersonalKind {
    /// An individual identification number.
    Iin,
    /// An account, a document, a card.
    Number,
    /// A phone number.
    Phone,
    /// A mail address, or a name in a messenger or network.
    Mail,
    /// The name of a person.
    Name,
    /// The number of a house or flat.
    Address,
}

/// Who said what a report is about.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "model::CategorySource")]
pub(crate) enum CategorySource {
    /// The reporter chose it.
    Reporter,
    /// The suggester read the text; an officer has not confirmed it.
    Suggested,
    /// An officer set it.
    Officer,
}
