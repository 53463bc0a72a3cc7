"""Learns the weights by which content is told from furniture on web pages, and says what they reach on pages held out.

``python -m tests.bench.fit_html`` prints `workers/parse/html/weights.py`. A run of text is content as far as its
word triples stand in the page's gold text. Logistic regression by Newton's method, each page weighing the same.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import statistics
import sys
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from workers.parse.encoding import decode
from workers.parse.html.content import pooled, scores
from workers.parse.html.features import Features, features, role_names
from workers.parse.html.formulas import formulas_to_tex
from workers.parse.html.page import body_of, drop_unseen, load
from workers.parse.html.segments import Role, Segments, segments
from workers.parse.html.structure import Structure, structure
from workers.parse.html.votes import Votes, votes

PAGES = Path(__file__).resolve().parents[3] / "shared" / "data" / "html"
FOLDS = 5
REPEATS = 2
STEPS = 8
PENALTY = 0.0005
"""Of the squared weight of a feature of unit deviation, beside a mean log-likelihood."""
MAX_WORDS = 60
"""A run weighs by its words, up to so many."""
_WORD = re.compile(r"\w+")


class Learnt(NamedTuple):
    """One page with its gold text."""

    type: str
    gold: Counter[str]
    page: Segments
    structure: Structure
    votes: Votes
    rows: list[Features]
    content: list[float]


def main() -> None:
    """Cross-validate, then print the weights learnt from all pages."""
    pages = read()
    names = sorted({name for each in pages for row in each.rows for name in row} | {*role_names(~Role(0))})
    matrices = [matrix(each, names) for each in pages]
    for seed in range(REPEATS):
        report(pages, held_out(pages, matrices, names, seed))
    weights, bias = fit(matrices, [each.content for each in pages], [weight(each) for each in pages])
    print(f"BIAS = {bias:.2f}")
    for name, value in sorted(zip(names, weights, strict=True), key=lambda pair: -abs(pair[1])):
        print(f'    "{name}": {value:.2f},')


def read() -> list[Learnt]:
    found = []
    for line in (PAGES / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        text = decode(gzip.decompress((PAGES / "pages" / f"{gold['id']}.html.gz").read_bytes()), "text/html").text
        root = load(text)
        formulas_to_tex(root)
        drop_unseen(root)
        page = segments(body_of(root))
        found_by = votes(root, page.runs, gold["url"])
        words = _WORD.findall(gold["main_content"].lower())
        triples = set(zip(words, words[1:], words[2:], strict=False))
        lines = {" ".join(_WORD.findall(line)) for line in gold["main_content"].lower().split("\n")}
        content = [_share(run.text, triples, lines) for run in page.runs]
        found.append(
            Learnt(
                gold["page_type"], Counter(words), page, structure(page), found_by, features(page, found_by), content
            )
        )
    return found


def _share(text: str, triples: set[tuple[str, ...]], lines: set[str]) -> float:
    words = _WORD.findall(text.lower())
    if len(words) < 3:
        return float(bool(words) and " ".join(words) in lines)
    own = list(zip(words, words[1:], words[2:], strict=False))
    return sum(triple in triples for triple in own) / len(own)


def matrix(each: Learnt, names: list[str]) -> Any:
    rows = [row | dict.fromkeys(role_names(run.roles), 1.0) for run, row in zip(each.page.runs, each.rows, strict=True)]
    return np.array([[float(row.get(name, 0.0)) for name in names] for row in rows]).reshape(len(rows), len(names))


def weight(each: Learnt) -> Any:
    words = np.array([min(MAX_WORDS, run.words) for run in each.page.runs], dtype=float)
    return words / max(1.0, words.sum()) + 0.0005


def fit(matrices: list[Any], contents: list[list[float]], weightings: list[Any]) -> tuple[list[float], float]:
    """Weights and bias for the features as they are."""
    x, y, w = np.vstack(matrices), np.concatenate(contents), np.concatenate(weightings)
    w = w / w.sum()
    mean, deviation = x.mean(axis=0), x.std(axis=0)
    deviation[deviation < 1e-3] = np.inf  # what hardly occurs teaches nothing
    z = np.hstack([(x - mean) / deviation, np.ones((len(x), 1))])
    beta = np.zeros(z.shape[1])
    penalty = np.full(z.shape[1], PENALTY)
    penalty[-1] = 0.0
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-np.clip(z @ beta, -30, 30)))
        gradient = z.T @ (w * (y - p)) - penalty * beta
        curvature = (z * (w * p * (1 - p))[:, None]).T @ z + np.diag(penalty + 1e-9)
        beta += np.linalg.solve(curvature, gradient)
    weights = beta[:-1] / deviation
    return [float(value) for value in weights], float(beta[-1] - (weights * mean).sum())


def f1(found: Counter[str], gold: Counter[str]) -> float:
    return 2 * sum((found & gold).values()) / max(1, sum(found.values()) + sum(gold.values()))


def held_out(pages: list[Learnt], matrices: list[Any], names: list[str], seed: int) -> list[float]:
    order = list(range(len(pages)))
    random.Random(seed).shuffle(order)
    reached = [0.0] * len(pages)
    for fold in range(FOLDS):
        test = set(order[fold::FOLDS])
        train = [at for at in order if at not in test]
        weights, bias = fit(
            [matrices[at] for at in train], [pages[at].content for at in train], [weight(pages[at]) for at in train]
        )
        named = dict(zip(names, weights, strict=True))
        for at in test:
            each = pages[at]
            sums = pooled(scores(each.page, each.rows, named, bias), each.page, each.structure, each.votes)
            kept: Counter[str] = Counter()
            for run, score in zip(each.page.runs, sums, strict=True):
                if score > 0:
                    kept.update(_WORD.findall(run.text.lower()))
            reached[at] = f1(kept, each.gold)
    return reached


def report(pages: list[Learnt], reached: list[float]) -> None:
    by_type: dict[str, list[float]] = {}
    for each, value in zip(pages, reached, strict=True):
        by_type.setdefault(each.type, []).append(value)
    shown = "  ".join(f"{name} {statistics.fmean(values):.3f}" for name, values in sorted(by_type.items()))
    print(f"held out: F1 {statistics.fmean(reached):.4f}  {shown}", file=sys.stderr)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
