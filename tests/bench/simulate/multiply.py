"""Copies the recorded cases of a stopped demo city until it has so many.

    python3 tests/bench/simulate/multiply.py DATABASE CASES
"""

import sqlite3
import sys
import uuid


def insert(database: sqlite3.Connection, table: str, names: list[str], rows: list[tuple]) -> None:
    holes = ", ".join("?" for _ in names)
    database.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({holes})", rows)


def read(database: sqlite3.Connection, sql: str) -> tuple[list[str], list[tuple]]:
    found = database.execute(sql)
    return [column[0] for column in found.description], found.fetchall()


def main(path: str, wanted: int) -> None:
    database = sqlite3.connect(path)
    names, cases = read(database, "SELECT * FROM feedback")
    event_names, events = read(database, "SELECT * FROM event WHERE stream = 'feedback'")
    event_names, events = event_names[1:], [event[1:] for event in events]
    at, reference, stream = names.index("id"), names.index("reference"), event_names.index("stream_id")
    made = len(cases)
    while made < wanted:
        ids = {case[at]: uuid.uuid4().bytes for case in cases[: wanted - made]}
        copies = []
        for case in cases[: len(ids)]:
            made += 1
            copy = list(case)
            copy[at], copy[reference] = ids[case[at]], f"TK-1900-{made:06}"
            copies.append(tuple(copy))
        insert(database, "feedback", names, copies)
        copied = [event[:stream] + (ids[event[stream]],) + event[stream + 1 :] for event in events if event[stream] in ids]
        insert(database, "event", event_names, copied)
    database.commit()
    print(f"{made} cases, {database.execute('SELECT COUNT(*) FROM event').fetchone()[0]} events")


main(sys.argv[1], int(sys.argv[2]))
