"""Schemathesis asks the running city everything that its schema allows, and much that it does not.

TURKISTAN_URL is where the city answers, TURKISTAN_DATA_DIR its data folder, TURKISTAN_BIN the program. It is asked for INPUTS_SECONDS (60),
an equal part as each of the personas, from INPUTS_SEED (1). What the city holds is changed by it.
"""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

URL = os.environ["TURKISTAN_URL"] + "/graphql"
SECONDS = int(os.environ.get("INPUTS_SECONDS", "60"))
SEED = os.environ.get("INPUTS_SEED", "1")
WHO = ["nobody", "supervisor", "steward", "admin"]
HERE = Path(__file__).parent

CONTENTS = """{
  parties(first: 9) { nodes { id slug } } services(first: 9) { nodes { id code } } datasets(first: 9) { nodes { id slug } }
  kpis(first: 9) { nodes { id code } } surveys(first: 9) { nodes { id slug } } publicFeedback(first: 9) { nodes { id reference } }
  districts { id slug } categories { id } sourceSystems { id } }"""
DESK = "{ desk(first: 30) { nodes { id reference version } } }"


def token(who):
    command = [os.environ["TURKISTAN_BIN"], "token", who, "--data-dir", os.environ["TURKISTAN_DATA_DIR"]]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def headers(who):
    return {} if who == "nobody" else {"Authorization": f"Bearer {token(who)}"}


def ask(query, who):
    body = json.dumps({"query": query}).encode()
    request = urllib.request.Request(URL, body, {"Content-Type": "application/json", **headers(who)})
    lists = json.load(urllib.request.urlopen(request))["data"]
    return {name: found["nodes"] if isinstance(found, dict) else found for name, found in lists.items()}


def dictionaries():
    """What the city holds, so that many arguments name things that exist."""
    lists = ask(CONTENTS, "nobody") | ask(DESK, "supervisor")
    of = lambda field, *names: [node[field] for name in names or lists for node in lists[name] if field in node]
    bindings = {
        "*.*.id": of("id"), "*.*.ids[*]": of("id"), "*.*.slug": of("slug"), "*.*.code": of("code"), "*.*.reference": of("reference"),
        "*.*.party": of("id", "parties"), "*.*.service": of("id", "services"), "*.*.category": of("id", "categories"),
        "*.*.district": of("id", "districts"), "*.*.publisher": of("id", "parties"), "*.*.source": of("id", "sourceSystems"),
        "*.*.input.case": of("id", "desk"), "*.*.input.version": of("version", "desk"), "*.*.input.to": of("id", "parties"),
        "*.*.input.category": of("id", "categories"), "*.*.input.service": of("id", "services"), "*.*.input.kpi": of("id", "kpis"),
        "*.*.input.dataset": of("id", "datasets"), "*.*.input.survey": of("id", "surveys"), "*.*.input.reference": of("reference"),
    }
    lines = []
    for number, (path, values) in enumerate((path, values) for path, values in bindings.items() if values):
        lines.append(f"[dictionaries.d{number}]\nvalues = {json.dumps(values)}")
        lines.append(f'[parameters."{path}"]\ndictionary = "d{number}"\nprobability = 0.7')
    return "\n".join(lines)


def run(who, config):
    command = [
        "schemathesis", "--config-file", config, "--no-color", "run", URL, "--max-time", str(SECONDS // len(WHO)), "--seed", SEED,
        "--checks", "no_fault_of_the_house", "--phases", "fuzzing,stateful", "--continue-on-failure", "--warnings", "off",
        "--generation-database", "none",
    ]
    for name, value in headers(who).items():
        command += ["--header", f"{name}: {value}"]
    environment = os.environ | {"SCHEMATHESIS_HOOKS": "checks", "PYTHONPATH": str(HERE)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=Path(config).parent)
    print(f"{who}: {done.stderr.strip()}")
    passed = done.returncode == 0 and "'answers'" in done.stderr
    if not passed:
        print(done.stdout)
    return passed


with tempfile.TemporaryDirectory() as folder:
    config = Path(folder) / "schemathesis.toml"
    config.write_text(dictionaries())
    sys.exit(not all([run(who, str(config)) for who in WHO]))
