"""One table of the medians of what `run` wrote down, with how many times better ours is."""

import statistics
import sys

UNITS = {
    "drain": ["jobs/s"],
    "start": ["ms from the answer, p50", "ms from the answer, p99", "ms from the call, p50", "ms from the call, p99"],
    "append": ["jobs/s"],
}

figures = {}
for line in open(sys.argv[1], encoding="utf-8"):
    measure, workers, store, side, *values = line.split()
    figures.setdefault((measure, workers, store), {}).setdefault(side, []).append([float(value) for value in values])

print("| | ours | apalis | ours is better by |")
print("|---|---|---|---|")
for (measure, workers, store), sides in sorted(figures.items(), key=lambda item: (list(UNITS).index(item[0][0]), item[0][2], int(item[0][1]))):
    ours, apalis = ([statistics.median(column) for column in zip(*sides[side])] for side in ("ours", "apalis"))
    for unit, our, their in zip(UNITS[measure], ours, apalis):
        better = our / their if unit == "jobs/s" else their / max(our, 0.01)
        print(f"| {store}, {measure}, {workers} workers: {unit} | {our:,g} | {their:,g} | {better:.2f} |")
