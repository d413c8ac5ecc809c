"""The calendar of an officer's deadlines, read by PyPI `icalendar`.

    TURKISTAN_URL=http://127.0.0.1:8080 OFFICER_TOKEN=… python3 tests/peers/deadlines.py

The city has its demonstration data. Exits with 1 at the first thing that is amiss.
"""

import json
import os
import time
import urllib.request
import uuid
from datetime import date

from icalendar import Calendar

CITY = os.environ["TURKISTAN_URL"]
OFFICER = os.environ["OFFICER_TOKEN"]


def ask(query: str, variables: dict) -> dict:
    headers = {"Content-Type": "application/json", "Accept-Language": "kk", "Authorization": f"Bearer {OFFICER}"}
    body = json.dumps({"query": query, "variables": variables}).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{CITY}/graphql", body, headers), timeout=30) as answer:
        data = json.loads(answer.read())
    assert "errors" not in data, data
    return data["data"]


def given_work() -> list[dict]:
    """The officer's cases, with one that was just filed for their party: no water in Turkistan."""
    known = ask("{ categories { id slug } districts { id slug } }", {})
    of = lambda things, slug: next(thing["id"] for thing in known[things] if thing["slug"] == slug)
    place = {"district": of("districts", "turkistan-city")}
    report = {"text": "Су жоқ", "locale": "KK", "category": of("categories", "water-supply"), "place": place}
    file = "mutation($i: SubmitFeedbackInput!) { submitFeedback(input: $i) { coupon { reference } errors { message } } }"
    filed = ask(file, {"i": {"idempotencyKey": str(uuid.uuid4()), **report}})["submitFeedback"]["coupon"]["reference"]
    for _ in range(300):
        desk = ask("{ desk(first: 100) { nodes { id version reference assignee { id } } } }", {})["desk"]["nodes"]
        if any(case["reference"] == filed for case in desk):
            return desk
        time.sleep(0.1)
    raise SystemExit(f"{filed} did not come to the officer's desk")


def main() -> None:
    desk = given_work()
    claim = "mutation($i: ClaimCaseInput!) { claimCase(input: $i) { errors { message } } }"
    for case in [case for case in desk if not case["assignee"]][:3]:
        ask(claim, {"i": {"idempotencyKey": str(uuid.uuid4()), "case": case["id"], "version": case["version"]}})
    make = "mutation($i: CreateCalendarLinkInput!) { createCalendarLink(input: $i) { link { path } errors { message } } }"
    link = ask(make, {"i": {"idempotencyKey": str(uuid.uuid4())}})["createCalendarLink"]["link"]
    with urllib.request.urlopen(CITY + link["path"], timeout=30) as answer:
        text = answer.read()
    assert all(len(line) <= 75 for line in text.split(b"\r\n")), "a line is too long"
    calendar = Calendar.from_ical(text)
    assert (calendar["METHOD"], calendar["VERSION"]) == ("PUBLISH", "2.0") and not calendar.errors
    mine = "{ desk(filter: { mine: true }, first: 100) { nodes { reference feedback { deadline { dueOn } } } } }"
    due = {case["reference"]: case["feedback"]["deadline"]["dueOn"] for case in ask(mine, {})["desk"]["nodes"]}
    events = calendar.walk("VEVENT")
    assert {event["UID"].split("@")[0]: event.start.isoformat() for event in events} == due and due, (events, due)
    for event in events:
        assert not event.errors and type(event.start) is date and (event.end - event.start).days == 1, event
        assert event["SEQUENCE"] >= 1 and event["DTSTAMP"] and event["SUMMARY"], event
    print(f"{len(events)} deadlines are days of the calendar")


main()
