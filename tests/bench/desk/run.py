#!/usr/bin/env python3
"""What an officer waits for in a city of DESK_CASES cases, 100,000 by default: the first page of the desk, the counts of its queues, a search.
Then all open cases are gone through page by page while others arrive.

On SQLite, and on the PostgreSQL server that `TURKISTAN_TEST_POSTGRES` names. The cases are copies of the demo city's; of a copy only what lists
and searches read is made; a tenth of the cases is at the officer's utility. TURKISTAN_BIN is a release binary.
"""

import http.client
import json
import os
import pathlib
import sqlite3
import statistics
import subprocess
import tempfile
import threading
import time
import uuid

CASES = int(os.environ.get("DESK_CASES", "100000"))
ROUNDS = int(os.environ.get("DESK_ROUNDS", "40"))
ROOT = pathlib.Path(__file__).resolve().parents[3]
PROGRAM = os.environ.get("TURKISTAN_BIN") or ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "release/turkistan"
SERVER = os.environ.get("TURKISTAN_TEST_POSTGRES")

PAGE = "nodes { reference version contested workingMinutesLeft assignee { id } feedback { status category { name } deadline { dueOn } } }"
ASKED = {
    "first page of the desk": f"{{ desk(first: 50) {{ {PAGE} }} }}",
    "all queues with their counts": "{ queues { name count } }",
    "search, one word, open": f'{{ desk(first: 20, filter: {{ query: "су" }}) {{ {PAGE} }} }}',
    "search, two words, all": f'{{ desk(first: 20, filter: {{ query: "жол шұңқыр", ended: null }}) {{ {PAGE} }} }}',
    "search, a number": f'{{ desk(first: 20, filter: {{ query: "TK-2026-000100", ended: null }}) {{ {PAGE} }} }}',
}

# Each case so many times, in the order of the copies; ids are random, references are not.
COPIES = """
CREATE TEMPORARY TABLE copies AS
SELECT f.id AS was, {random} AS id, 'TK-1900-' || substr('000000' || row_number() OVER (ORDER BY n.n, f.id), -7) AS reference
FROM feedback f CROSS JOIN ({series}) n;
INSERT INTO feedback ({names}) SELECT {copied} FROM feedback f JOIN copies c ON c.was = f.id;
INSERT INTO feedback_words (feedback_id, words, public_words)
SELECT c.id, w.words, w.public_words FROM feedback_words w JOIN copies c ON c.was = w.feedback_id;
UPDATE feedback SET party_id = (SELECT id FROM party WHERE slug = 'water-turkistan-city') WHERE reference LIKE '%7_';
"""


def copies(names, random, series):
    copied = ", ".join(f"{'c' if name in ('id', 'reference') else 'f'}.{name}" for name in names)
    return COPIES.format(random=random, series=series, names=", ".join(names), copied=copied)


def grow_file(path):
    with sqlite3.connect(path) as database:
        names = [column[1] for column in database.execute("PRAGMA table_info(feedback)")]
        (there,) = database.execute("SELECT COUNT(*) FROM feedback").fetchone()
        series = f"WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {CASES // there}) SELECT n FROM s"
        database.executescript(copies(names, "randomblob(16)", series))
        database.execute("ANALYZE")
        return database.execute("SELECT COUNT(*), SUM(NOT ended) FROM feedback").fetchone()


def psql(url, sql):
    command = ["psql", url, "--quiet", "--no-align", "--tuples-only", "--set", "ON_ERROR_STOP=1", "--command", sql]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def grow_server(url):
    names = psql(url, "SELECT column_name FROM information_schema.columns WHERE table_name = 'feedback'")
    (there,) = psql(url, "SELECT COUNT(*) FROM feedback")
    text = copies(names, "gen_random_uuid()", f"SELECT generate_series(1, {CASES // int(there)}) AS n")
    psql(url, text.replace("substr('000000' || row", "lpad((row").replace("), -7)", "))::text, 7, '0')"))
    psql(url, "ANALYZE")
    return psql(url, "SELECT COUNT(*) || ' ' || COUNT(*) FILTER (WHERE NOT ended) FROM feedback")


def ask(port, token, query):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    body = json.dumps({"query": query})
    times = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        connection.request("POST", "/graphql", body, headers)
        answer = json.loads(connection.getresponse().read())
        times.append((time.perf_counter() - begin) * 1000)
        assert "errors" not in answer, answer
    (found,) = answer["data"].values()
    count = len(found["nodes"]) if isinstance(found, dict) else sum(queue["count"] for queue in found)
    return statistics.median(times), sorted(times)[int(ROUNDS * 0.95)], count


def post(connection, token, query, variables=None):
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    connection.request("POST", "/graphql", json.dumps({"query": query, "variables": variables or {}}), headers)
    answer = json.loads(connection.getresponse().read())
    assert "errors" not in answer, answer
    return answer["data"]


def all_pages(port, token):
    """The numbers of all open cases, in the order of the pages."""
    connection, seen, after = http.client.HTTPConnection("127.0.0.1", port), [], None
    while True:
        query = "query($after: String) { desk(first: 100, after: $after) { nodes { reference } pageInfo { hasNextPage endCursor } } }"
        page = post(connection, token, query, {"after": after})["desk"]
        seen += [node["reference"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return seen


def pages_while_cases_arrive(port, token):
    """Goes through all open cases while others are filed: none is skipped, none is shown twice."""
    there, filed, over = all_pages(port, token), [], threading.Event()

    def arrive():
        connection = http.client.HTTPConnection("127.0.0.1", port)
        query = "mutation($input: SubmitFeedbackInput!) { submitFeedback(input: $input) { coupon { reference } } }"
        while not over.is_set():
            report = {"idempotencyKey": str(uuid.uuid4()), "text": "Су жоқ", "locale": "KK"}
            filed.append(post(connection, None, query, {"input": report})["submitFeedback"]["coupon"]["reference"])

    arriving = threading.Thread(target=arrive)
    arriving.start()
    try:
        seen = all_pages(port, token)
    finally:
        over.set()
        arriving.join()
    skipped, twice = len(set(there) - set(seen)), len(seen) - len(set(seen))
    print(f"  {len(there)} open cases in pages of 100 while {len(filed)} more arrived: {skipped} skipped, {twice} shown twice")
    assert (skipped, twice) == (0, 0)


def wait_until_ready(port):
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", "/health/ready")
        if connection.getresponse().status == 200:
            return
        time.sleep(0.1)


def measure(name, folder, arguments, grow):
    program = lambda *words: [PROGRAM, *words, "--data-dir", folder, *arguments]
    subprocess.run(program("demo", "load"), check=True, capture_output=True)
    cases, still_open = grow()
    print(f"{name}: {cases} cases, {still_open} of them open")
    with open(f"{folder}/log", "w") as log:
        serving = subprocess.Popen(program("serve", "--listen", "127.0.0.1:0"), stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            url = next(line for line in serving.stdout if line.startswith("listening on ")).split()[-1]
            port = int(url.rsplit(":", 1)[1])
            wait_until_ready(port)
            for persona in ["officer", "auditor"]:
                token = subprocess.run(program("token", persona), check=True, capture_output=True, text=True).stdout.strip()
                for what, query in ASKED.items():
                    median, most, count = ask(port, token, query)
                    print(f"  {persona:8} {what:30} {median:7.1f} ms, 95th of 100 {most:7.1f} ms ({count})")
            pages_while_cases_arrive(port, token)
        finally:
            serving.kill()
            serving.wait()


with tempfile.TemporaryDirectory() as folder:
    measure("SQLite", folder, [], lambda: grow_file(f"{folder}/turkistan.db"))
if SERVER:
    name = f"desk_{os.getpid()}"
    own = SERVER.rsplit("/", 1)[0] + "/" + name
    psql(SERVER, f"CREATE DATABASE {name}")
    try:
        with tempfile.TemporaryDirectory() as folder:
            measure("PostgreSQL", folder, ["--database-url", own], lambda: grow_server(own))
    finally:
        psql(SERVER, f"DROP DATABASE {name} WITH (FORCE)")
