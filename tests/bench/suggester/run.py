#!/usr/bin/env python3
"""The suggester beside scikit-learn's logistic regression and complement naive Bayes, on the same messages.

Needs scikit-learn (`pip install -r tests/bench/suggester/requirements.txt`). All three learn from the messages and phrases of
`workflows/suggester/corpus` and are asked about the messages of its third writer. scikit-learn sees words as the suggester folds them, as parts
of 2 to 5 letters.
"""

import pathlib
import subprocess
import time

import numpy
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB

ROOT = pathlib.Path(__file__).resolve().parents[3]
PROGRAM = ["cargo", "run", "--release", "--quiet", "--locked", "--package", "suggester", "--example", "suggester", "--"]


def ask(*arguments):
    return subprocess.run([*PROGRAM, *arguments], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


parts = {"train": [], "test": []}
for line in ask("tsv").splitlines():
    part, category, text = line.split("\t")
    parts[part].append((category, text))
categories, texts = zip(*parts["train"])
asked, unseen = zip(*parts["test"])

print(f"{len(texts)} messages and phrases to learn from, {len(unseen)} to be asked about")
print(f"{'':34} {'first':>6} {'three':>6} {'seconds':>8}")
letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2)
for name, learner in [
    ("complement naive Bayes", ComplementNB(alpha=0.3)),
    ("logistic regression", LogisticRegression(C=10, max_iter=300)),
]:
    began = time.monotonic()
    learner.fit(letters.fit_transform(texts), categories)
    order = numpy.argsort(-learner.predict_proba(letters.transform(unseen)), axis=1)[:, :3]
    proposed = learner.classes_[order]
    first = numpy.mean([row[0] == right for row, right in zip(proposed, asked)])
    three = numpy.mean([right in row for row, right in zip(proposed, asked)])
    print(f"{name:34} {100 * first:6.1f} {100 * three:6.1f} {time.monotonic() - began:8.0f}")
print(ask("report"))
