"""Another city's programs read and file here: PyPI `georeport`, a client of Open311 GeoReport v2, and forms as any program sends them.

    TURKISTAN_URL=http://127.0.0.1:8080 OPEN311_KEY=… OFFICER_TOKEN=… python3 tests/peers/open311.py

The city has its demonstration data. Exits with 1 at the first thing that is not as the specification has it.
"""

import json
import os
import time
import urllib.request
import uuid
import xml.dom.minidom
from datetime import datetime, timedelta
from urllib.parse import urlencode

from georeport import GeoReport

CITY = os.environ["TURKISTAN_URL"]
ROOT = f"{CITY}/open311/v2"
KEY = os.environ["OPEN311_KEY"]
OFFICER = os.environ["OFFICER_TOKEN"]
HOSTILE = "Су ]]> <b>жоқ</b> & \"тырнақша\" 👩‍🚒 \u0001"


def fetch(url: str, body: bytes | None = None, **headers: str) -> bytes:
    request = urllib.request.Request(url, body, {name.replace("_", "-"): value for name, value in headers.items()})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read()


def ask(query: str, variables: dict) -> dict:
    body = json.dumps({"query": query, "variables": variables}).encode()
    answer = json.loads(fetch(f"{CITY}/graphql", body, Content_Type="application/json", Authorization=f"Bearer {OFFICER}"))
    assert "errors" not in answer, answer
    return answer["data"]


def file(**more: str) -> dict:
    form = {"api_key": KEY, "service_code": "water-supply", "lat": "43.30042", "long": "68.25017", **more}
    return json.loads(fetch(f"{ROOT}/requests.json", urlencode(form).encode(), Accept_Language="en"))[0]


def same(one: object, other: object, at: str) -> None:
    """JSON and XML have the same content; XML has only texts."""
    if isinstance(one, dict):
        assert isinstance(other, dict) and list(one) == list(other), (at, list(one), other)
        for name, value in one.items():
            same(value, other[name], f"{at}.{name}")
    elif isinstance(one, list):
        items = next(iter(other.values())) if isinstance(other, dict) else []
        items = items if isinstance(items, list) else [items]
        assert len(one) == len(items), at
        for number, (value, item) in enumerate(zip(one, items)):
            same(value, item, f"{at}.{number}")
    elif isinstance(one, str):
        # The library takes white space from both ends of a text.
        assert one.strip() == (other or ""), (at, one, other)
    else:
        assert (None if one is None else json.dumps(one)) == other, (at, one, other)


def released(text: str) -> str:
    """A new report whose text an officer has released; its number."""
    number = file(description="Су жоқ")["service_request_id"]
    find = "query($r: String!) { case(reference: $r) { id version } }"
    for _ in range(600):
        case = ask(find, {"r": number})["case"]
        if case:
            break
        time.sleep(0.05)
    act = "mutation($i: ReleaseTextInput!) { releaseText(input: $i) { errors { message } } }"
    done = ask(act, {"i": {"idempotencyKey": str(uuid.uuid4()), "case": case["id"], "version": case["version"], "text": text}})
    assert done["releaseText"]["errors"] == [], done
    return number


def main() -> None:
    in_json, in_xml = (GeoReport(ROOT, output_format=form) for form in ("json", "xml"))
    services = in_json.get_service_list()
    assert len(services) > 30 and all(service["type"] == "realtime" for service in services)
    same(services, {"service": in_xml.get_service_list()}, "services")
    asking = [service["service_code"] for service in services if service["metadata"]]
    for code in asking:
        same(in_json.get_service_definition(code), in_xml.get_service_definition(code), code)

    number = released(HOSTILE)
    request = in_json.get_service_request(number)
    assert request["description"] == HOSTILE.replace("\u0001", "\ufffd"), request
    assert request["agency_responsible"] and request["status"] == "open" and request["status_notes"], request
    assert (request["lat"], request["long"]) == (43.3005, 68.2505), request
    same(request, in_xml.get_service_request(number), number)

    requests = in_json.get_service_requests()
    assert 1 < len(requests) <= 1000 and requests[0]["service_request_id"] == number
    same(requests, {"request": in_xml.get_service_requests()}, "requests")
    moments = [datetime.fromisoformat(request["requested_datetime"]) for request in requests]
    assert all(moment.utcoffset() == timedelta(hours=5) for moment in moments) and moments == sorted(moments, reverse=True)
    closed = in_json.get_service_requests(status="closed", service_code="water-supply")
    assert closed and all((found["status"], found["service_code"]) == ("closed", "water-supply") for found in closed)
    pair = [request["service_request_id"] for request in requests[:2]]
    assert [found["service_request_id"] for found in in_json.get_service_requests(",".join(pair))] == pair
    early = in_json.get_service_requests(end_date=moments[1].isoformat())
    assert all(datetime.fromisoformat(found["requested_datetime"]) <= moments[1] for found in early)

    xml.dom.minidom.parseString(fetch(f"{ROOT}/requests.xml"))
    discovery = json.loads(fetch(f"{CITY}/open311/discovery.json"))
    assert discovery["endpoints"][0]["url"] == ROOT, discovery
    print(f"{len(services)} services, {len(asking)} of them with questions, and {len(requests)} requests are the same in XML and JSON")


main()
