"""Every day from 2024 to 2040 by the program's calendar and by PyPI `holidays`, which knows the law, the decrees that were published
when it was released, and an estimate of Kurban Ait.

    TURKISTAN_BIN=target/release/turkistan python3 tests/calendar/compare.py

Names the days on which they differ, and exits with 1 when there are any.
"""

import os
import subprocess
import sys
from datetime import date

import holidays

# Days on which the program knows better than the library: a decree that came after it. Each with the decree.
OTHERWISE: dict[date, str] = {}
FIRST, LAST = date(2024, 1, 1), date(2040, 12, 31)


def main() -> int:
    printed = subprocess.run([os.environ["TURKISTAN_BIN"], "workflow", "calendar", "kz"], check=True, capture_output=True, text=True).stdout
    ours = {date.fromisoformat(day): word for day, word in (line.split() for line in printed.splitlines())}
    theirs = holidays.country_holidays("KZ", years=range(FIRST.year, LAST.year + 1), language="en_US")
    expected = (LAST - FIRST).days + 1
    if (len(ours), min(ours), max(ours)) != (expected, FIRST, LAST):
        print(f"the calendar has {len(ours)} days from {min(ours)} to {max(ours)}, not {expected} from {FIRST} to {LAST}")
        return 1
    differ = 0
    for day, word in sorted(ours.items()):
        wanted = "worked" if theirs.is_working_day(day) else "off"
        if word != wanted and day not in OTHERWISE:
            differ += 1
            print(f"{day} {day:%a}: {word} here, {wanted} there ({theirs.get(day, 'no holiday')})")
    print(f"{len(ours)} days compared with holidays {holidays.__version__}, {differ} differ")
    return 1 if differ else 0


sys.exit(main())
