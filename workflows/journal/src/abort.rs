use engine::StepError;
use kernel::{Error, Refusal};
use sea_orm::DbErr;

use crate::fault;

/// Why an act wrote nothing.
#[derive(Debug)]
pub enum Abort {
    /// The act was understood and refused; the reasons are for the person.
    Refused(Vec<Refusal>),
    /// Something failed.
    Fault(Error),
}

impl Abort {
    /// Splits refusals, which are data, from faults.
    ///
    /// # Errors
    /// When it is a fault.
    pub fn into_refusals(self) -> Result<Vec<Refusal>, Error> {
        match self {
            Abort::Refused(refusals) => Ok(refusals),
            Abort::Fault(error) => Err(error),
        }
    }

    /// The fault of an act that refuses nothing.
    #[must_use]
    pub fn into_fault(self) -> Error {
        match self {
            Abort::Fault(error) => error,
            Abort::Refused(refusals) => Error::internal(format!("an act refused: {refusals:?}")),
        }
    }
}

impl From<DbErr> for Abort {
    fn from(error: DbErr) -> Self {
        Abort::Fault(fault(error))
    }
}

impl From<Error> for Abort {
    fn from(error: Error) -> Self {
        Abort::Fault(error)
    }
}

impl From<StepError> for Abort {
    fn from(error: StepError) -> Self {
        match error {
            StepError::Refused(refusal) => refusal.into(),
            StepError::Fault(error) => error.into(),
        }
    }
}

impl From<Refusal> for Abort {
    fn from(refusal: Refusal) -> Self {
        Abort::Refused(vec![refusal])
    }
}

impl From<Vec<Refusal>> for Abort {
    fn from(refusals: Vec<Refusal>) -> Self {
        Abort::Refused(refusals)
    }
}
