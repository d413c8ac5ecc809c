//! Inputs from reports of citizens. Small counts are suppressed where they are counted, so an indicator over few reports has no value.

use std::{str::FromStr, sync::Arc};

use chrono::Days;
use journal::House;
use kernel::{Document, Error, Request, Result};
use rust_decimal::Decimal;
use serde_json::json;

use super::gather::Found;
use crate::model::{FeedbackMeasure, FeedbackSource, Span, TraceInput};

/// Counts over the reports that were registered in a span of days.
pub(super) static STATISTICS: Document = Document {
    name: "kpis.FeedbackStatistics",
    text: "query FeedbackStatistics($from: Date!, $to: Date!) { feedbackStatistics(from: $from, to: $to) {
             received { value } answered { value } answeredOnTime { value } overdue { value } contested { value } medianWorkingDays } }",
};

/// Asks for one count of the whole region; nothing when it is suppressed, or when nothing was reported.
pub(super) async fn find(house: &House, source: FeedbackSource, span: Span, request: &Arc<Request>) -> Result<Option<Found>> {
    let from = match source.days {
        None => span.from,
        Some(days) => span.to.checked_sub_days(Days::new(days.saturating_sub(1).into())).unwrap_or(span.from),
    };
    let answer = house.graph.ask(&STATISTICS, json!({ "from": from, "to": span.to }), request).await?;
    let statistics = &answer["feedbackStatistics"];
    let received = statistics["received"]["value"].as_i64();
    if received.is_none_or(|received| received == 0) {
        return Ok(None);
    }
    let field = source.measure.field();
    let value = match source.measure {
        FeedbackMeasure::MedianWorkingDays => {
            statistics[field].as_str().map(|text| Decimal::from_str(text).map_err(Error::internal)).transpose()?
        }
        _ => statistics[field]["value"].as_i64().map(Decimal::from),
    };
    Ok(value.map(|value| Found {
        district: None,
        synthetic: false,
        input: TraceInput {
            value: value.normalize(),
            filter: Some(json!({ "from": from, "to": span.to }).to_string()),
            measure: Some(field.to_owned()),
            row_count: received,
            ..TraceInput::default()
        },
    }))
}

impl FeedbackMeasure {
    /// The field of `FeedbackStatistics`.
    pub(crate) fn field(self) -> &'static str {
        match self {
            FeedbackMeasure::Received => "received",
            FeedbackMeasure::Answered => "answered",
            FeedbackMeasure::AnsweredOnTime => "answeredOnTime",
            FeedbackMeasure::Overdue => "overdue",
            FeedbackMeasure::Contested => "contested",
            FeedbackMeasure::MedianWorkingDays => "medianWorkingDays",
        }
    }
}
