#!/usr/bin/env python3
"""How long after the answer to a report its reporter's first mail reaches the mail server.

NOTIFY_RATE reports a second, 20 by default, for NOTIFY_SECONDS, 30 by default; then a burst: NOTIFY_BURST reports, 1,000 by default, from 64
clients at once. The mail server is aiosmtpd, which takes whatever comes. On SQLite, and on the PostgreSQL server that
`TURKISTAN_TEST_POSTGRES` names. TURKISTAN_BIN is a release binary. The Python needs tests/requirements.txt.
"""

import concurrent.futures
import email.header
import email.parser
import http.client
import json
import os
import pathlib
import re
import socket
import statistics
import subprocess
import tempfile
import threading
import time
import uuid

from aiosmtpd.controller import Controller

RATE = int(os.environ.get("NOTIFY_RATE", "20"))
SECONDS = int(os.environ.get("NOTIFY_SECONDS", "30"))
BURST = int(os.environ.get("NOTIFY_BURST", "1000"))
CLIENTS = 64
WAIT_SECONDS_MAX = 300
ROOT = pathlib.Path(__file__).resolve().parents[3]
PROGRAM = os.environ.get("TURKISTAN_BIN") or ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "release/turkistan"
SERVER = os.environ.get("TURKISTAN_TEST_POSTGRES")

SUBMIT = "mutation($input: SubmitFeedbackInput!) { submitFeedback(input: $input) { coupon { reference } errors { message } } }"


class Mailbox:
    """When the first mail about each report came."""

    def __init__(self):
        self.came = {}

    async def handle_DATA(self, server, session, envelope):
        now = time.perf_counter()
        head = email.parser.BytesHeaderParser().parsebytes(envelope.content)
        subject = str(email.header.make_header(email.header.decode_header(head["Subject"])))
        reference = re.search(r"TK-\d{4}-\d{6}", subject)
        if reference:
            self.came.setdefault(reference.group(), now)
        return "250 OK"


local = threading.local()


def file(port):
    """Files a report, and tells its number and when it was answered."""
    if not hasattr(local, "connection"):
        local.connection = http.client.HTTPConnection("127.0.0.1", port)
    mail = f"{uuid.uuid4()}@example.kz"
    report = {"idempotencyKey": str(uuid.uuid4()), "text": "Су жоқ", "locale": "KK", "contact": {"email": mail}}
    local.connection.request("POST", "/graphql", json.dumps({"query": SUBMIT, "variables": {"input": report}}), {"content-type": "application/json"})
    answer = json.loads(local.connection.getresponse().read())
    return answer["data"]["submitFeedback"]["coupon"]["reference"], time.perf_counter()


def steadily(port):
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        filed, begin = [], time.perf_counter()
        for n in range(RATE * SECONDS):
            time.sleep(max(0.0, begin + n / RATE - time.perf_counter()))
            filed.append(pool.submit(file, port))
        return [one.result() for one in filed]


def at_once(port):
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(lambda _: file(port), range(BURST)))


def told(what, mailbox, filed):
    end = time.perf_counter() + WAIT_SECONDS_MAX
    while any(reference not in mailbox.came for reference, _ in filed) and time.perf_counter() < end:
        time.sleep(0.05)
    waited = sorted(mailbox.came[reference] - answered for reference, answered in filed if reference in mailbox.came)
    missing = len(filed) - len(waited)
    of = lambda share: max(0.0, waited[min(len(waited) - 1, int(len(waited) * share))]) * 1000
    print(f"  {what:40} median {statistics.median(waited) * 1000:7.0f} ms, 99th of 100 {of(0.99):7.0f} ms, last {of(1):7.0f} ms; {missing} never came")


def measure(name, folder, arguments):
    mailbox = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        mail_port = free.getsockname()[1]
    mail_server = Controller(mailbox, hostname="127.0.0.1", port=mail_port)
    mail_server.start()
    smtp = f"smtp://127.0.0.1:{mail_port}"
    program = [PROGRAM, "serve", "--listen", "127.0.0.1:0", "--data-dir", folder, "--smtp-url", smtp, *arguments]
    with open(f"{folder}/log", "w") as log:
        serving = subprocess.Popen(program, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            url = next(line for line in serving.stdout if line.startswith("listening on ")).split()[-1]
            port = int(url.rsplit(":", 1)[1])
            connection = http.client.HTTPConnection("127.0.0.1", port)
            while True:
                connection.request("GET", "/health/ready")
                answer = connection.getresponse()
                answer.read()
                if answer.status == 200:
                    break
                time.sleep(0.1)
            print(name)
            told(f"{RATE} reports a second for {SECONDS} s", mailbox, steadily(port))
            told(f"{BURST} reports from {CLIENTS} clients at once", mailbox, at_once(port))
        finally:
            serving.kill()
            serving.wait()
            mail_server.stop()


with tempfile.TemporaryDirectory() as folder:
    measure("SQLite", folder, [])
if SERVER:
    database = f"notify_{os.getpid()}"
    subprocess.run(["psql", SERVER, "--quiet", "--command", f"CREATE DATABASE {database}"], check=True)
    try:
        with tempfile.TemporaryDirectory() as folder:
            measure("PostgreSQL", folder, ["--database-url", SERVER.rsplit("/", 1)[0] + "/" + database])
    finally:
        subprocess.run(["psql", SERVER, "--quiet", "--command", f"DROP DATABASE {database} WITH (FORCE)"], check=True)
