//! The one table of status codes for answers of the graph.
//!
//! GraphQL over HTTP: with `application/json` any well-formed answer is 200. With `application/graphql-response+json` an operation that was
//! not executed is 400: the draft of April 2026 moves some of these to 422, but the audits that clients' libraries are held to ask for 400.
//!
//! An operation of which nothing could be carried out, because all that it asks is away, is 503 with both: the draft advises 200 for
//! `application/json`, but proxies, clients that try again, and whoever watches the city go by the status, as they do while it opens.

use axum::http::StatusCode;
use federation::{GraphResponse, Stage};
use kernel::{Code, Data, PathSegment};

use super::negotiate::Media;

/// Takes the data from an answer in which every field of the operation is null because nobody answers for it. Only an answer without data
/// may have a status that says so; the errors name the fields.
pub(crate) fn settle(mut response: GraphResponse) -> GraphResponse {
    let is_away = |name: &str| {
        let mut errors = response.errors.iter();
        errors.any(|error| matches!(error.path.first(), Some(PathSegment::Field(field)) if field == name))
    };
    let is_nothing = match &response.data {
        Some(Data::Object(fields)) => fields.iter().all(|(name, value)| value.is_null() && is_away(name)),
        Some(data) => data.is_null(),
        None => false,
    };
    let codes = response.errors.iter().map(|error| error.code);
    if is_nothing && !response.errors.is_empty() && codes.into_iter().all(|code| code == Code::SubgraphUnavailable) {
        response.data = None;
    }
    response
}

/// The status of an answer of the graph.
pub(crate) fn of(response: &GraphResponse, media: Media) -> StatusCode {
    match (media, response.stage, &response.data) {
        (media, Stage::Lookup, _) => match response.errors.first().map(|error| error.code) {
            // To Apollo's protocol this is a step on the way and no failure, so its servers answer it with success.
            Some(Code::PersistedQueryNotFound) if media == Media::Json => StatusCode::OK,
            code => code.map_or(StatusCode::INTERNAL_SERVER_ERROR, of_code),
        },
        (_, Stage::Execute, None) if response.errors.first().is_some_and(|error| error.code == Code::SubgraphUnavailable) => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        (Media::Json, _, _) | (Media::GraphqlResponse, Stage::Execute, Some(_)) => StatusCode::OK,
        (Media::GraphqlResponse, Stage::Parse | Stage::Validate | Stage::Coerce, _) => StatusCode::BAD_REQUEST,
        (Media::GraphqlResponse, Stage::Execute, None) => {
            response.errors.first().map_or(StatusCode::INTERNAL_SERVER_ERROR, |error| of_code(error.code))
        }
    }
}

fn of_code(code: Code) -> StatusCode {
    match code {
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::Forbidden => StatusCode::FORBIDDEN,
        Code::NotFound | Code::PersistedDocumentNotFound | Code::PersistedQueryNotFound => StatusCode::NOT_FOUND,
        Code::BadUserInput
        | Code::GraphqlParseFailed
        | Code::GraphqlValidationFailed
        | Code::CostEstimatedTooExpensive
        | Code::BatchingNotAllowed => StatusCode::BAD_REQUEST,
        Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Code::SubgraphUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::Timeout => StatusCode::GATEWAY_TIMEOUT,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

#[cfg(test)]
mod tests {
    use federation::GraphError;
    use kernel::Data;
    use serde_json::json;

    use super::*;

    fn response(stage: Stage, data: Option<Data>, code: Option<Code>) -> GraphResponse {
        let error = |code| GraphError { message: String::new(), code, locations: Vec::new(), path: Vec::new(), variable: None };
        GraphResponse { data, errors: code.map(error).into_iter().collect(), stage }
    }

    #[test]
    fn an_operation_that_reached_nobody_has_no_data() {
        for (data, faults, is_kept) in [
            (json!({ "a": null }), vec![("a", Code::SubgraphUnavailable)], false),
            (json!({ "a": null, "b": null }), vec![("a", Code::SubgraphUnavailable), ("b", Code::SubgraphUnavailable)], false),
            (json!(null), vec![("a", Code::SubgraphUnavailable)], false),
            (json!({ "a": null, "b": null }), vec![("a", Code::SubgraphUnavailable), ("b", Code::NotFound)], true),
            // What `b` is was told: nothing.
            (json!({ "a": null, "b": null }), vec![("a", Code::SubgraphUnavailable)], true),
            (json!({ "a": null, "b": 1 }), vec![("a", Code::SubgraphUnavailable)], true),
            (json!({ "a": null }), vec![("a", Code::Internal)], true),
            (json!({ "a": null }), vec![], true),
            (json!({}), vec![], true),
        ] {
            let error = |(field, code): (&str, Code)| GraphError {
                message: String::new(),
                code,
                locations: Vec::new(),
                path: vec![PathSegment::Field(field.to_owned())],
                variable: None,
            };
            let errors = faults.into_iter().map(error).collect();
            let settled = settle(GraphResponse { data: Some(data.clone().into()), errors, stage: Stage::Execute });
            assert_eq!(settled.data.is_some(), is_kept, "{data}");
        }
    }

    #[test]
    fn only_the_newer_media_type_tells_failures_by_status() {
        let data = Some(Data::from(json!({ "a": 1 })));
        for (stage, data, code, json, graphql) in [
            (Stage::Execute, data.clone(), None, 200, 200),
            (Stage::Execute, data, Some(Code::Forbidden), 200, 200),
            (Stage::Execute, Some(Data::Null), Some(Code::Internal), 200, 200),
            (Stage::Execute, None, Some(Code::Unauthenticated), 200, 401),
            (Stage::Execute, None, Some(Code::Forbidden), 200, 403),
            (Stage::Execute, None, Some(Code::SubgraphUnavailable), 503, 503),
            (Stage::Execute, None, Some(Code::Internal), 200, 500),
            (Stage::Execute, None, None, 200, 500),
            (Stage::Lookup, None, Some(Code::PersistedDocumentNotFound), 404, 404),
            (Stage::Lookup, None, Some(Code::PersistedQueryNotFound), 200, 404),
            (Stage::Lookup, None, Some(Code::BadUserInput), 400, 400),
            (Stage::Parse, None, Some(Code::GraphqlParseFailed), 200, 400),
            (Stage::Validate, None, Some(Code::GraphqlValidationFailed), 200, 400),
            (Stage::Validate, None, Some(Code::CostEstimatedTooExpensive), 200, 400),
            (Stage::Coerce, None, Some(Code::BadUserInput), 200, 400),
        ] {
            let response = response(stage, data, code);
            assert_eq!(of(&response, Media::Json).as_u16(), json, "{response:?}");
            assert_eq!(of(&response, Media::GraphqlResponse).as_u16(), graphql, "{response:?}");
        }
    }
}
