//! What a room says of the cost of its fields, for whoever estimates an operation before it runs (IBM, "GraphQL Cost Directives"; of it what
//! rooms need). A connection needs no size: it is as long as it is asked to be.

#![expect(missing_docs, reason = "the library's macro makes types of these functions and leaves out their descriptions")]

use async_graphql::TypeDirective;

/// How many items a list is assumed to have: the bound that the room sets, or what the city hardly exceeds.
#[TypeDirective(name = "listSize", location = "FieldDefinition")]
pub fn list_size(assumed_size: i32) {}

/// What the field costs, where that is more than an object does.
#[TypeDirective(location = "FieldDefinition")]
pub fn cost(weight: i32) {}
