#!/usr/bin/env python3
"""How soon a demo city is ready again whose journal holds READY_EVENTS events, a million by default, and as many jobs that were done.

The events and their places in the log are written as docs/audit.md says, without the program; `turkistan audit verify` then reads all of them.
TURKISTAN_BIN is a release binary.
"""

import hashlib
import os
import pathlib
import signal
import sqlite3
import statistics
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import uuid

EVENTS = int(os.environ.get("READY_EVENTS", "1000000"))
STARTS = int(os.environ.get("READY_STARTS", "5"))
ROOT = pathlib.Path(__file__).resolve().parents[3]
PROGRAM = os.environ.get("TURKISTAN_BIN") or ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "release/turkistan"
AT = "2026-11-24T07:00:00.000001"


class Tree:
    """The Merkle tree, as far as it can still grow: the roots of its whole parts, the largest first."""

    def __init__(self):
        self.size, self.peaks = 0, []

    def add(self, leaf):
        """Takes a leaf, and gives it with the nodes that it completes, the lowest first."""
        self.size += 1
        hashes, node, size = [leaf], leaf, self.size
        while size % 2 == 0:
            node = hashlib.sha256(b"\x01" + self.peaks.pop() + node).digest()
            hashes.append(node)
            size //= 2
        self.peaks.append(node)
        return b"".join(hashes)


def grow(path):
    database = sqlite3.connect(path)
    tree = Tree()
    for position, hashes in database.execute("SELECT position, hashes FROM log_entry ORDER BY position"):
        assert tree.add(hashes[:32]) == hashes, f"entry {position}"
    (last,) = database.execute("SELECT MAX(position) FROM event").fetchone()
    with database:
        for event in range(last + 1, last + 1 + EVENTS - tree.size):
            stream, payload = uuid.uuid4(), f'{{"facts":{{"reference":"TK-2026-{event:06}"}}}}'
            text = "\n".join(["turkistan event v1", "bench", str(stream), "1", "written", f"{AT}000Z", "system", "null", payload])
            row = (event, "bench", stream.bytes, 1, "written", f"{AT}+00:00", "system", payload, "null")
            database.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            hashes = tree.add(hashlib.sha256(b"\x00" + text.encode()).digest())
            database.execute("INSERT INTO log_entry VALUES (?, ?, ?)", (tree.size, event, hashes))
            database.execute(
                "INSERT INTO job (kind, key, payload, state, priority, run_at, attempts, created_at, ended_at)"
                " VALUES ('bench', ?, '{}', 'done', 5, ?, 1, ?, ?)",
                (f"bench:{event}", f"{AT}+00:00", f"{AT}+00:00", f"{AT}+00:00"),
            )
    database.close()


def is_ready(url):
    try:
        return urllib.request.urlopen(f"{url}/health/ready").status == 200
    except urllib.error.URLError:
        return False


def start(folder):
    """Seconds until a city is ready."""
    began = time.monotonic()
    arguments = [PROGRAM, "serve", "--listen", "127.0.0.1:0", "--data-dir", folder]
    city = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    url = city.stdout.readline().removeprefix("listening on ").strip()
    while not is_ready(url):
        time.sleep(0.005)
    seconds = time.monotonic() - began
    city.send_signal(signal.SIGTERM)
    city.communicate()
    return seconds


with tempfile.TemporaryDirectory() as folder:
    subprocess.run([PROGRAM, "demo", "load", "--data-dir", folder], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    print("ready, {} s".format(", ".join(f"{start(folder):.2f}" for _ in range(STARTS))))
    grow(pathlib.Path(folder) / "turkistan.db")
    seconds = [start(folder) for _ in range(STARTS)]
    print(f"ready with {EVENTS} events, {', '.join(f'{second:.2f}' for second in seconds)} s; median {statistics.median(seconds):.2f} s")
    subprocess.run([PROGRAM, "audit", "verify", "--data-dir", folder], check=True)
