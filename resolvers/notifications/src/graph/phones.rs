//! Telephones: a code goes there, and whoever tells it holds the telephone.

use async_graphql::{Context, ID, InputObject, Object};
use journal::{Abort, ActKey, Destination};
use kernel::{EndpointId, Personal, Request};
use vocabulary::{Nullable, request};

use super::endpoints::{AddPhonePayload, ConfirmPhonePayload, Ways};
use crate::{
    error,
    model::{
        act_key,
        endpoint::{Endpoint, EndpointState, UnfitNumber, mobile},
    },
    policy,
    store::{NewCode, Tried},
};

/// A telephone that is to be told.
#[derive(InputObject)]
pub(crate) struct AddPhoneInput {
    /// A UUID that the client makes; sending the same again changes nothing and answers the same.
    idempotency_key: String,
    /// The number of a mobile telephone of Kazakhstan, e.g. `+7 701 234 56 78`.
    number: String,
}

/// The code that went to a telephone.
#[derive(InputObject)]
pub(crate) struct ConfirmPhoneInput {
    /// A UUID that the client makes; sending the same again changes nothing and answers the same. Each try has its own.
    idempotency_key: String,
    /// The endpoint, as `addPhone` gave it.
    endpoint: ID,
    /// The six digits of the text message.
    code: String,
}

pub(crate) struct PhoneActs(pub(crate) Ways);

/// What people do with their telephones.
#[Object]
impl PhoneActs {
    /// Has you told by text messages, too, once you have confirmed the telephone with the code that goes there. The same number again has
    /// another code sent; there are 3 a day at most.
    #[graphql(tag = "scoped")]
    async fn add_phone(&self, ctx: &Context<'_>, #[graphql(desc = "The telephone.")] input: AddPhoneInput) -> Nullable<AddPhonePayload> {
        AddPhonePayload::of(ctx, self.add(input, request(ctx)).await)
    }

    /// Confirms a telephone. The last code that went there is good for 15 minutes and 5 tries.
    #[graphql(tag = "scoped")]
    async fn confirm_phone(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The telephone and its code.")] input: ConfirmPhoneInput,
    ) -> Nullable<ConfirmPhonePayload> {
        ConfirmPhonePayload::of(ctx, self.confirm(input, request(ctx)).await)
    }
}

impl PhoneActs {
    async fn add(&self, input: AddPhoneInput, request: &Request) -> Result<Endpoint, Abort> {
        let owner = self.0.keys.person(policy::account(&request.actor)?);
        let key = act_key(&input.idempotency_key)?;
        let number = mobile(&input.number).map_err(|unfit| match unfit {
            UnfitNumber::Malformed => error::number_malformed(),
            UnfitNumber::Foreign => error::number_foreign(),
        })?;
        let (phone, place) = self.0.begun(owner, Destination::Phone(number), EndpointState::Waiting, request.now);
        let act = ActKey::new(key, "add_phone", &request.actor.journal_name(), &place)?;
        let code = NewCode { id: self.0.rng.uuid_v7(request.now), locale: request.locale };
        self.0.store.add_phone(act, phone, place, code).await
    }

    async fn confirm(&self, input: ConfirmPhoneInput, request: &Request) -> Result<Endpoint, Abort> {
        let owner = self.0.keys.person(policy::account(&request.actor)?);
        let key = act_key(&input.idempotency_key)?;
        let id = EndpointId::from_global(&input.endpoint).ok_or_else(error::endpoint_unknown)?;
        let code = input.code.trim().to_owned();
        let act = ActKey::new(key, "confirm_phone", &request.actor.journal_name(), &(id, self.0.keys.written(&code)))?;
        let code = Personal::new(code);
        let (tried, phone) = self.0.store.confirm_phone(act, owner, id, code, self.0.keys.clone(), request.now).await?;
        match tried {
            Tried::Right => Ok(phone),
            Tried::Wrong => Err(error::code_wrong().into()),
            Tried::Over => Err(error::code_over().into()),
        }
    }
}
