edge-method = Use POST, or GET for a query.
edge-get-query = Only queries may come with GET; send this operation with POST.
edge-content-type = Send the request as application/json.
edge-content-encoding = Send the request without compression.
edge-multipart = Files are not sent with GraphQL: send the request as application/json.
edge-accept = The answer can be application/json, application/graphql-response+json or text/event-stream.
edge-cross-site = A request from another site needs a content type or header that a page cannot send by itself.
edge-cross-site-socket = A page of this site may not open a WebSocket here.
edge-upgrade = This is not a WebSocket handshake that can be answered.
edge-body-large = The request is larger than { $max } bytes.
edge-body-slow = The request did not arrive in time.
edge-body-lost = The request broke off.
edge-body-json = The request is not well-formed JSON.
edge-body-object = The request must be a JSON object.
edge-parameter = “{ $name }” must be { $type }.
edge-query-missing = The request has no “query”.
edge-query-string = The query string of the address cannot be read.
edge-stream = A subscription is answered as text/event-stream: accept that, or use a WebSocket.
edge-busy = There are too many open subscriptions; try again a little later.
edge-load = There are too many requests at once; try again a little later.
edge-unread = Events were not read in time. Subscribe again, after the last cursor that you have.
edge-starting = The city is still opening; try again in a moment.
unsubscribe-title = Stop messages
unsubscribe-question = Shall messages of this kind no longer come? What the law wants you to be told comes nevertheless.
unsubscribe-button = Stop them
unsubscribe-done = Done: messages of this kind will no longer come. What the law wants you to be told comes nevertheless.
unsubscribe-unknown = No mail holds this address. Copy all of it from the mail.
unsubscribe-later = This could not be done now. Try again a little later.
type-text = a text
type-object = an object
# Mail to owners of trusted documents
mail-deprecated-subject = { $coordinate } is deprecated
mail-deprecated-text =
    Hello, { $owner }.

    { $coordinate } of Smart Turkistan's graph is now deprecated and will be removed later.
    Why, and what to use instead: { $reason }

    These trusted documents of yours use it:
    { $documents }
