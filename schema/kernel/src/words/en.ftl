fault-unauthenticated = Sign in again: the token is missing or no longer valid.
fault-forbidden = You may not do or see this.
fault-not-found = There is no such thing here.
fault-bad-user-input = A value in the request is not allowed.
fault-graphql-parse-failed = The request cannot be read as GraphQL.
fault-graphql-validation-failed = The request does not fit the schema.
fault-persisted-document-not-found = The named document is not known.
# Clients of Apollo's protocol compare these very letters.
fault-persisted-query-not-found = PersistedQueryNotFound
fault-cost-estimated-too-expensive = The request asks for too much at once.
fault-batching-not-allowed = Send one operation in each request.
fault-rate-limited = Too many requests; try again a little later.
fault-timeout = It took too long; try again.
fault-subgraph-unavailable = This part of the city's data does not answer right now.
fault-internal = Something went wrong on our side. It has been recorded.
page-first = Ask for 1 to { $max } items at a time.
page-cursor = This cursor is not one that was given out here.
period-quarter = Q{ $number } { $year }
