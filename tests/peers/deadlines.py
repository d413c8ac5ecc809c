"""The calendar of an officer's deadlines, read by PyPI `icalendar`.

    TURKISTAN_URL=http://127.0.0.1:8080 OFFICER_TOKEN=… python3 tests/peers/deadlines.py

The city has its demonstration data. Exits with 1 at the first thing that is amiss.
"""

import json
import os
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


def main() -> None:
    desk = ask("{ desk(first: 100) { nodes { id version reference assignee { id } } } viewer { id } }", {})
    claim = "mutation($i: ClaimCaseInput!) { claimCase(input: $i) { errors { message } } }"
    for case in [case for case in desk["desk"]["nodes"] if not case["assignee"]][:3]:
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
