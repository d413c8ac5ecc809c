//! Who a report is from, and by what that is known.

use async_graphql::{Context, Enum, Object};
use vocabulary::Locale;

use crate::{error::words, identity::Identity};

/// By what it is known who filed a report.
pub(crate) struct ReporterIdentity(pub(crate) Identity);

/// By what it is known who filed a report.
#[Object(tag = "scoped")]
impl ReporterIdentity {
    /// By what.
    async fn basis(&self) -> IdentityBasis {
        self.0.into()
    }

    /// Whether it is a signature that was made for the demonstration and proves nothing.
    async fn fake(&self) -> bool {
        self.0 == Identity::SignedFake
    }

    /// In words; of a fake they say that it is one.
    async fn text(&self, ctx: &Context<'_>, #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>) -> String {
        words().text(vocabulary::locale(ctx, locale), self.0.message(), &[])
    }
}

/// By what it is known who filed a report.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
pub(crate) enum IdentityBasis {
    /// An electronic signature over the text.
    Signature,
    /// The account by which the reporter was signed in.
    Account,
    /// What the reporter said.
    Declaration,
    /// Nothing: a request without a name.
    Nothing,
}

impl From<Identity> for IdentityBasis {
    fn from(identity: Identity) -> IdentityBasis {
        match identity {
            Identity::Signed | Identity::SignedFake => IdentityBasis::Signature,
            Identity::Account => IdentityBasis::Account,
            Identity::Declared => IdentityBasis::Declaration,
            Identity::Unknown => IdentityBasis::Nothing,
        }
    }
}
