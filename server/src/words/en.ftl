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
file-empty = The file is empty.
file-large = The file is too large: at most { $max } MB.
file-kind = Only photos (JPEG, PNG, WebP) and PDF documents are taken.
file-heic = This is a HEIC photo, which not everybody can open. Send it as JPEG: an iPhone takes such photos when its camera’s format is “Most Compatible”.
file-broken = The file is damaged or broke off on the way. Send it again.
file-pixels = The photo has too many pixels: at most { $max } million. Make it smaller, then send it.
file-form = Send the file itself, or a form with one file and nothing else.
file-day = Too many files came from you today. Send more tomorrow.
file-at-once = { $max ->
    [one] Send one file after the other: at most { $max } at once.
   *[other] Send one file after the other: at most { $max } at once.
}
file-cross-site = A page of this site may not send files here.
file-gone = There is no file here any more. Open the report again, and from there the file.
bounce-unmarked = This is no report of mail that came back to a marked address.
bounce-unknown = No mail of ours has this mark in its return path.
unsubscribe-title = Stop messages
unsubscribe-question = Shall messages of this kind no longer come? What the law wants you to be told comes nevertheless.
unsubscribe-button = Stop them
unsubscribe-done = Done: messages of this kind will no longer come. What the law wants you to be told comes nevertheless.
unsubscribe-unknown = No mail holds this address. Copy all of it from the mail.
unsubscribe-later = This could not be done now. Try again a little later.
# Other faces
face-host = The request has no Host header.
# Feeds
feed-title = Smart Turkistan: requests
feed-description = Requests of the people of Turkistan region, and what becomes of them.
feed-subject-unknown = Subject not known yet
feed-responsible = Responsible: { $party }
feed-due = Answer due: { $day }
feed-unknown = There is no such feed: /feeds/feedback.atom or /feeds/feedback.rss.
feed-status = status: there is no such status.
# Calendar of deadlines
calendar-title = Smart Turkistan: answers due
calendar-due = Answer due: { $reference }
calendar-unknown = There is no such calendar: its address was ended, or not copied as a whole.
# Open311
open311-address = There is no such address: /open311/v2/services, requests or tokens, ending in .xml or .json.
open311-read-only = This address can only be read; a report is sent to /open311/v2/requests.
open311-key-missing = api_key: name your key. The akimat gives keys.
open311-key-unknown = api_key: this key is not known.
open311-jurisdiction = jurisdiction_id: there is no such city here.
open311-service-missing = service_code: say what it is about.
open311-service-unknown = service_code: there is no such service.
open311-request-unknown = service_request_id: there is no such request.
open311-token-unknown = token: no such token was given.
open311-place = lat, long or address_string: say where it is.
open311-address-id = address_id: the city has no such register; say lat and long, or address_string.
open311-coordinates = lat, long: both are needed, in degrees, for example 43.3005 and 68.2505.
open311-media = media_url: files are not taken yet.
open311-date = { $name }: write a date and time with its offset, for example 2026-11-24T09:00:00+05:00.
open311-span = { $max ->
    [one] start_date, end_date: there is at most { $max } day between them, and start_date comes first.
   *[other] start_date, end_date: there are at most { $max } days between them, and start_date comes first.
}
open311-status = status: open or closed.
open311-many = { $max ->
    [one] service_request_id: at most { $max } number at once.
   *[other] service_request_id: at most { $max } numbers at once.
}
open311-form = Send the report as application/x-www-form-urlencoded, without compression.
open311-idempotency = { $max ->
    [one] Idempotency-Key: 1 to { $max } character, Latin letters, digits and signs.
   *[other] Idempotency-Key: 1 to { $max } characters, Latin letters, digits and signs.
}
open311-notice = Your report has the number { $reference }. The key of its coupon: { $key }. Whoever has both is the reporter: keep them.
open311-yes = yes
open311-no = no
open311-day = A day, for example 2026-11-24.
open311-contact = Ask the akimat, or the contact centre 109.
open311-keys = Ask the akimat, or the contact centre 109, for a key for your program.
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
telegram-linked = Done: news of your reports will come to this chat, too. To end that, write /stop.
telegram-unknown = This link is not good any more: it has run out, or it was used already. Take a new one in your account.
telegram-stopped = Done: nothing more will come to this chat. What the law wants you to be told comes by mail as before.
telegram-hint = This bot brings news of Smart Turkistan. Link it by the link in your account. To end that, write /stop.
