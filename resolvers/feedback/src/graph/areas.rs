//! Subscriptions of areas, and the codes that confirm addresses.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, OneofObject, Result, SimpleObject};
use kernel::{Actor, GlobalId, Personal};
use vocabulary::{DateTime, Locale, Nullable, OrFault, OrNull, UserError, list_size, refusals, request};

use super::{
    inputs::PointInput,
    loaders::{ByReference, ConfirmationOf, reports},
    mutation::desk,
    neighbours::District,
    payloads::{Payload, payloads},
    places::Point,
    types::Category,
};
use crate::{
    areas::{AREA_SUBSCRIPTION, Where, Wish},
    codes::JOINING,
    desk::Desk,
    entity::{area_subscription::Model, confirmation},
    reference::{find_category, find_district},
};

/// An area of whose new reports one is told, once a day.
#[derive(SimpleObject)]
#[graphql(tag = "scoped")]
pub(crate) struct AreaSubscription {
    /// Opaque, and the same for good.
    id: ID,
    /// The city or district; null for a circle.
    district: Option<District>,
    /// The circle; null for a district.
    circle: Option<AreaCircle>,
    /// The only subject; null for all of them.
    category: Option<Category>,
    /// Whether mail comes: the address is confirmed, or was given with an account.
    confirmed: bool,
    /// Since when.
    created_at: DateTime,
}

/// A circle on the map.
#[derive(SimpleObject)]
#[graphql(tag = "scoped")]
pub(crate) struct AreaCircle {
    /// Its middle.
    middle: Point,
    /// How far it reaches. A report is in it when the middle of its square of about 100 metres is.
    radius_meters: i32,
}

impl From<Model> for AreaSubscription {
    fn from(row: Model) -> AreaSubscription {
        let area = row.area();
        AreaSubscription {
            id: ID(row.global()),
            district: area.district.as_deref().and_then(find_district).map(|district| District::of(district.id())),
            circle: area.circle.map(|(middle, radius_meters)| AreaCircle { middle: middle.into(), radius_meters }),
            category: area.category.as_deref().and_then(find_category).map(Category),
            confirmed: row.confirmed_at.is_some(),
            created_at: DateTime(row.created_at),
        }
    }
}

/// A circle on the map.
#[derive(InputObject)]
pub(crate) struct CircleInput {
    /// Its middle, in the region.
    point: PointInput,
    /// How far it reaches: 200 to 5,000.
    radius_meters: i32,
}

/// Where: a district or a circle.
#[derive(OneofObject)]
pub(crate) enum AreaInput {
    /// A city or district.
    District(ID),
    /// Around a point.
    Circle(CircleInput),
}

/// Which new reports one wants to be told of, and where.
#[derive(InputObject)]
pub(crate) struct SubscribeToAreaInput {
    /// A UUID made by the client: the act is carried out once for it.
    idempotency_key: String,
    /// Where.
    area: AreaInput,
    /// Only this subject.
    category: Option<ID>,
    /// The language in which news come.
    locale: Locale,
    /// Where news come, at most 254 characters.
    email: String,
}

impl From<SubscribeToAreaInput> for Wish {
    fn from(input: SubscribeToAreaInput) -> Wish {
        let place = match input.area {
            AreaInput::District(id) => Where::District(id.0),
            AreaInput::Circle(circle) => {
                let point = circle.point.point();
                Where::Circle(Personal::new((point.lat, point.lon)), circle.radius_meters)
            }
        };
        let category = input.category.map(|id| id.0);
        Wish { place, category, locale: input.locale.into(), email: Personal::new(input.email) }
    }
}

/// The code for a subscription.
#[derive(InputObject)]
pub(crate) struct ConfirmSubscriptionInput {
    /// A UUID made by the client: the act is carried out once for it.
    idempotency_key: String,
    /// Which subscription.
    subscription: ID,
    /// The code that was mailed, eight digits; spaces do not matter.
    code: String,
}

/// A subscription that is to end.
#[derive(InputObject)]
pub(crate) struct EndAreaSubscriptionInput {
    /// A UUID made by the client: the act is carried out once for it.
    idempotency_key: String,
    /// Which subscription.
    subscription: ID,
    /// The key that came with it; may be absent when you are signed in and subscribed so.
    key: Option<String>,
}

/// What became of the wish to be told.
#[derive(SimpleObject)]
#[graphql(tag = "scoped")]
pub(crate) struct SubscribeToAreaPayload {
    /// The subscription; null when it was refused.
    subscription: Option<AreaSubscription>,
    /// What ends it without an account: keep it. Null for whoever is signed in.
    key: Option<String>,
    /// Why it was refused; empty when it was not.
    #[graphql(directive = list_size::apply(5))]
    errors: Vec<UserError>,
}

payloads! {
    #[graphql(tag = "scoped")] ConfirmSubscriptionPayload: subscription AreaSubscription = "The subscription, whose news come from now on.";
    #[graphql(tag = "scoped")] EndAreaSubscriptionPayload: ended ID = "The subscription of which nothing comes any more.";
}

#[derive(Default)]
pub(crate) struct AreaActs;

/// What is done about areas.
#[Object]
impl AreaActs {
    /// Asks to be told of new public reports in an area, once a day. Without an account the address gets a code first, and is forgotten when
    /// nobody gives it within 72 hours. Twenty areas at the most.
    #[graphql(tag = "public")]
    async fn subscribe_to_area(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which area, and where news come.")] input: SubscribeToAreaInput,
    ) -> Nullable<SubscribeToAreaPayload> {
        let key = input.idempotency_key.clone();
        let payload = match desk(ctx).subscribe_to_area(&key, &input.into(), request(ctx)).await {
            Ok(row) => {
                let key = row.person.is_none().then(|| desk(ctx).contacts.area_key(row.id).into_inner());
                Ok(Some(SubscribeToAreaPayload { subscription: Some(row.into()), key, errors: Vec::new() }))
            }
            Err(abort) => abort.into_refusals().map(|refused| {
                let errors = refusals(&refused, request(ctx).locale);
                Some(SubscribeToAreaPayload { subscription: None, key: None, errors })
            }),
        };
        payload.or_null(ctx)
    }

    /// Confirms the address of a subscription with the code that was sent there. A code counts for 72 hours and five tries.
    #[graphql(tag = "public")]
    async fn confirm_subscription(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which subscription, and the code.")] input: ConfirmSubscriptionInput,
    ) -> Nullable<ConfirmSubscriptionPayload> {
        let ConfirmSubscriptionInput { idempotency_key, subscription, code } = input;
        let confirmed = desk(ctx).confirm_subscription(&idempotency_key, &subscription, &code, request(ctx)).await;
        ConfirmSubscriptionPayload::of(ctx, confirmed.map(Some), AreaSubscription::from)
    }

    /// Ends a subscription: nothing of it is told any more, and nothing of it is kept.
    #[graphql(tag = "public")]
    async fn end_area_subscription(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which subscription.")] input: EndAreaSubscriptionInput,
    ) -> Nullable<EndAreaSubscriptionPayload> {
        let EndAreaSubscriptionInput { idempotency_key, subscription, key } = input;
        let ended = desk(ctx).end_area_subscription(&idempotency_key, &subscription, key.as_deref(), request(ctx)).await;
        EndAreaSubscriptionPayload::of(ctx, ended.map(Some), |id| ID(GlobalId::encode(AREA_SUBSCRIPTION, id)))
    }
}

#[derive(Default)]
pub(crate) struct CodeQueries;

/// What the house asks when it mails codes.
#[Object]
impl CodeQueries {
    /// The code that confirms a mail address: for the house itself, when it mails the code. Null when there is none to confirm.
    #[graphql(requires_scopes = "system")]
    async fn confirmation_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the address was given for: the number of a report, or the id of something else.")] about: String,
    ) -> Nullable<String> {
        if request(ctx).actor != Actor::System {
            return None;
        }
        let read = async {
            let other = GlobalId::decode(&about).filter(|id| [AREA_SUBSCRIPTION, JOINING].contains(&id.type_name.as_str()));
            let subject = match other {
                Some(id) => Some(id.uuid),
                None => reports(ctx).load_one(ByReference(about)).await.or_fault(ctx)?.map(|row| row.coupon_id().uuid()),
            };
            let Some(subject) = subject else { return Ok(None) };
            let wanted = reports(ctx).load_one(ConfirmationOf(subject)).await.or_fault(ctx)?;
            let code = |wanted: Arc<confirmation::Model>| ctx.data_unchecked::<Desk>().contacts.code(&wanted).into_inner();
            Ok(wanted.map(code))
        };
        let read: Result<Option<String>> = read.await;
        read.transpose()
    }
}
