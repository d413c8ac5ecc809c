//! What acts are answered with.

use async_graphql::{Context, ID, Result};
use journal::Abort;
use kernel::RefusalCode;
use vocabulary::{Nullable, OrNull, UserError, refusals, request};

/// What an act is answered with: a thing, or why it was refused.
pub(super) trait Payload: Sized {
    /// What the act was done to.
    type Thing;

    fn new(thing: Option<Self::Thing>, errors: Vec<UserError>) -> Self;

    /// Shows what an act gave.
    fn of<T>(ctx: &Context<'_>, outcome: Result<Option<T>, Abort>, show: impl FnOnce(T) -> Self::Thing) -> Nullable<Self> {
        let payload = match outcome {
            Ok(row) => Ok(Some(Self::new(row.map(show), Vec::new()))),
            Err(abort) => abort.into_refusals().map(|refused| Some(Self::new(None, refusals(&refused, request(ctx).locale)))),
        };
        payload.or_null(ctx)
    }
}

/// A thing that is changed by whoever has seen its current version.
pub(super) trait Versioned: Sized {
    type Row;

    fn of(row: Self::Row) -> Self;

    /// As it is now, if the one who asks may see it.
    async fn current(ctx: &Context<'_>, id: &ID) -> Result<Option<Self>>;
}

/// Shows what an act on a version of a thing gave. Where somebody else was faster, the thing as it is now stands beside the refusal: whoever has the
/// version that they saw has both.
pub(super) async fn on_version<P>(ctx: &Context<'_>, id: &ID, outcome: Result<Option<<P::Thing as Versioned>::Row>, Abort>) -> Nullable<P>
where
    P: Payload<Thing: Versioned>,
{
    let refused = match outcome {
        Err(Abort::Refused(refused)) if refused.iter().any(|refusal| refusal.code == RefusalCode::StaleVersion) => refused,
        outcome => return P::of(ctx, outcome, Versioned::of),
    };
    let current = P::Thing::current(ctx, id).await;
    Some(current.map(|current| P::new(current, refusals(&refused, request(ctx).locale))))
}

macro_rules! payloads {
    ($(#[$rule:meta] $name:ident: $field:ident $type:ty = $doc:literal;)*) => {$(
        /// What became of the act.
        #[derive(async_graphql::SimpleObject)]
        #[$rule]
        pub(crate) struct $name {
            #[doc = $doc]
            $field: Option<$type>,
            /// Why it was refused; empty when it was carried out.
            #[graphql(directive = vocabulary::list_size::apply(5))]
            errors: Vec<vocabulary::UserError>,
        }

        impl $crate::graph::payloads::Payload for $name {
            type Thing = $type;

            fn new(thing: Option<$type>, errors: Vec<vocabulary::UserError>) -> $name {
                $name { $field: thing, errors }
            }
        }
    )*};
}

pub(super) use payloads;
