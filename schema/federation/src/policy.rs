//! What clients may ask, beyond what the schema says. Documents of the program are not held to it.

use std::sync::Arc;

use kernel::{Actor, Code, Locale, Role};
use serde::Deserialize;

use crate::{
    documents::{DocumentName, Documents, TrustedDocument, digest},
    limits::{Limit, Limits, Scale},
    response::{GraphError, GraphRequest, GraphResponse, Stage},
    words::words,
};

/// Whom the graph tells its schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Introspection {
    /// Everybody: the city's graph is public.
    #[default]
    Everybody,
    /// Whoever works for the city.
    Staff,
    /// Nobody.
    Nobody,
}

impl Introspection {
    fn is_open(self, actor: &Actor) -> bool {
        match self {
            Introspection::Everybody => true,
            Introspection::Staff => Role::ALL.iter().any(|role| *role != Role::Citizen && actor.is(*role)),
            Introspection::Nobody => false,
        }
    }

    /// Refuses an operation that asks for the schema.
    pub(crate) fn check(self, actor: &Actor, locale: Locale) -> Result<(), GraphResponse> {
        if self.is_open(actor) {
            return Ok(());
        }
        let known = self == Introspection::Nobody || !matches!(actor, Actor::Anonymous);
        let code = if known { Code::Forbidden } else { Code::Unauthenticated };
        let message = words().text(locale, "introspection-closed", &[]);
        Err(GraphResponse::refused(Stage::Validate, vec![GraphError::new(code, message)]))
    }
}

/// What clients may ask.
#[derive(Debug, Default)]
pub struct Policy {
    /// How large and how costly.
    pub limits: Limits,
    /// Who is told the schema.
    pub introspection: Introspection,
    /// What they may ask for by name.
    pub documents: Documents,
    /// Whether they may ask for nothing else.
    pub documents_only: bool,
}

impl From<Limits> for Policy {
    fn from(limits: Limits) -> Policy {
        Policy { limits, ..Policy::default() }
    }
}

/// The policy at work.
pub(crate) struct Gate {
    pub(crate) scale: Scale,
    pub(crate) introspection: Introspection,
    pub(crate) documents: Documents,
    documents_only: bool,
}

impl Gate {
    pub(crate) fn new(policy: Policy) -> Gate {
        let Policy { limits, introspection, documents, documents_only } = policy;
        Gate { scale: Scale::new(limits), introspection, documents, documents_only }
    }

    /// Whether something exceeds a limit that only counts.
    pub(crate) fn weigh(&self, limit: Limit, found: usize, locale: Locale) -> Result<bool, GraphResponse> {
        self.scale.weigh(limit, found).map_err(|exceeded| {
            self.scale.count_refused(limit);
            GraphResponse::refused(Stage::Validate, vec![GraphError::new(exceeded.code(), exceeded.message(locale))])
        })
    }

    /// Holds a cost against its limit.
    pub(crate) fn price(&self, cost: u64, locale: Locale) -> Result<(), GraphResponse> {
        if self.weigh(Limit::Cost, usize::try_from(cost).unwrap_or(usize::MAX), locale)? {
            self.scale.count_measured(&[Limit::Cost]);
        }
        Ok(())
    }

    /// Puts the text of the document in that the client names. What a client sends is never kept.
    pub(crate) fn resolve(
        &self,
        mut params: GraphRequest,
        locale: Locale,
    ) -> Result<(GraphRequest, Option<Arc<TrustedDocument>>), GraphResponse> {
        let refused = |code: Code, message: String| GraphResponse::refused(Stage::Lookup, vec![GraphError::new(code, message)]);
        let found = match &params.document {
            Some(name) => self.documents.find(name),
            None => self.documents.find_text(&params.query),
        };
        if let Some(document) = found {
            document.text().clone_into(&mut params.query);
            params.operation_name = params.operation_name.or_else(|| document.operation().map(str::to_owned));
            return Ok((params, Some(Arc::clone(document))));
        }
        match &params.document {
            Some(DocumentName::Digest(_)) if params.query.is_empty() => {
                Err(refused(Code::PersistedQueryNotFound, Code::PersistedQueryNotFound.text().get(locale).to_owned()))
            }
            Some(DocumentName::Digest(claimed)) if !claimed.eq_ignore_ascii_case(&digest(&params.query)) => {
                Err(refused(Code::BadUserInput, words().text(locale, "document-digest", &[])))
            }
            Some(DocumentName::Id(_)) => {
                Err(refused(Code::PersistedDocumentNotFound, Code::PersistedDocumentNotFound.text().get(locale).to_owned()))
            }
            _ if self.documents_only => Err(refused(Code::PersistedDocumentNotFound, words().text(locale, "documents-only", &[]))),
            _ => Ok((params, None)),
        }
    }
}
