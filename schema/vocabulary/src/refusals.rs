//! Refusals as data: what `errors` of a payload lists.

use async_graphql::{Enum, Interface, SimpleObject};
use kernel::Refusal;

use crate::list_size;

/// Why an act was refused; the closed list that clients switch on.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "kernel::RefusalCode")]
pub enum RefusalCode {
    /// The input itself cannot be.
    Invalid,
    /// There is no such thing, or you may not know that there is.
    NotFound,
    /// You see the thing but may not do this to it.
    NotAllowed,
    /// Somebody changed the thing since you read it.
    StaleVersion,
    /// The idempotency key was used for another input.
    KeyReused,
    /// The thing is in a state in which this cannot be done.
    WrongState,
    /// The time for this has passed.
    TooLate,
    /// There is too much of it.
    LimitReached,
}

macro_rules! user_errors {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty = $field_doc:literal),* };)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, SimpleObject)]
            #[graphql(shareable)]
            pub struct $name {
                /// What to show to the person, in the request's language.
                pub message: String,
                /// Why.
                pub code: RefusalCode,
                /// The input field, outermost first.
                #[graphql(directive = list_size::apply(10))]
                pub path: Option<Vec<String>>,
                $(#[doc = $field_doc] pub $field: $type,)*
            }
        )*
    };
}

user_errors! {
    /// A value in the input cannot be.
    InvalidInput {};
    /// There is no such thing; also said of what one may not see.
    NotFound {};
    /// The thing is seen, but this act is not possible now; the message says why.
    NotAllowed {};
    /// Somebody changed the thing since it was read.
    StaleVersion { current: i32 = "The version that is current now." };
    /// The idempotency key was used for another input.
    KeyReused {};
}

/// A refusal of an act. The act was understood and nothing was changed.
#[derive(Clone, Debug, Interface)]
#[graphql(
    field(name = "message", ty = "String", desc = "What to show to the person, in the request's language."),
    field(name = "code", ty = "&RefusalCode", desc = "Why."),
    field(
        name = "path",
        ty = "&Option<Vec<String>>",
        desc = "The input field, outermost first.",
        directive = list_size::apply(10)
    )
)]
pub enum UserError {
    /// A value in the input cannot be.
    InvalidInput(InvalidInput),
    /// There is no such thing.
    NotFound(NotFound),
    /// Not possible now.
    NotAllowed(NotAllowed),
    /// Changed since it was read.
    StaleVersion(StaleVersion),
    /// Key used for another input.
    KeyReused(KeyReused),
}

impl UserError {
    /// Puts a refusal into the reader's language.
    #[must_use]
    pub fn from_refusal(refusal: &Refusal, locale: kernel::Locale) -> UserError {
        let message = refusal.message.get(locale).to_owned();
        let code = refusal.code.into();
        let path = (!refusal.path.is_empty()).then(|| refusal.path.clone());
        match refusal.code {
            kernel::RefusalCode::Invalid | kernel::RefusalCode::LimitReached => {
                UserError::InvalidInput(InvalidInput { message, code, path })
            }
            kernel::RefusalCode::NotFound => UserError::NotFound(NotFound { message, code, path }),
            kernel::RefusalCode::NotAllowed | kernel::RefusalCode::WrongState | kernel::RefusalCode::TooLate => {
                UserError::NotAllowed(NotAllowed { message, code, path })
            }
            kernel::RefusalCode::StaleVersion => {
                UserError::StaleVersion(StaleVersion { message, code, path, current: refusal.current.unwrap_or_default() })
            }
            kernel::RefusalCode::KeyReused => UserError::KeyReused(KeyReused { message, code, path }),
        }
    }
}

/// Puts refusals into the reader's language.
#[must_use]
pub fn refusals(refusals: &[Refusal], locale: kernel::Locale) -> Vec<UserError> {
    refusals.iter().map(|refusal| UserError::from_refusal(refusal, locale)).collect()
}
