"""A site of several hundred pages, made by a rule: a tenth of it about quantum computing, deep behind other matters.

A tree of sections. Two branches far from the front lead to what is about the subject, and a few such pages stand alone
among others. Every third link says only "read more", as on real sites, and each page links across to two others.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from tests.workers.crawl.site_server import Answer, Route

SUBJECT = "quantum computing"
_BRANCHES = 3
_LONE = 0.2
"""Share of the pages on the subject that stand among others."""

_ABOUT = (
    "A qubit is kept in a superposition of two basis states until it is measured.",
    "Quantum gates are unitary and a circuit is a row of them.",
    "Entangled qubits show correlations that no classical computer can give.",
    "Error correction spreads one logical qubit over many physical ones.",
    "Superconducting circuits and trapped ions are built into quantum processors.",
    "Shor's algorithm finds the period of a function with the quantum Fourier transform.",
    "Grover's search needs only the square root of the queries.",
)
_ABOUT_TITLES = (
    "Quantum gates",
    "Qubits in practice",
    "Quantum error correction",
    "Entanglement",
    "Quantum algorithms",
)
_OTHERS: Mapping[str, Sequence[str]] = {
    "Gardening": (
        "Tomatoes want sun and a soil that holds water.", "Prune the roses before the first leaves come.",
        "A compost heap needs air and should be turned in spring.", "Slugs are kept away by copper and by hedgehogs.",
    ),
    "Football": (
        "The home team scored twice before the break.", "A new keeper comes on loan until the summer.",
        "The league is decided on the last day of the season.", "Supporters filled the stadium in the rain.",
    ),
    "Cooking": (
        "Let the dough rest for an hour under a cloth.", "Brown the onions slowly and add the stock.",
        "Fresh basil goes on the pasta at the very end.", "The oven should be hot before the bread goes in.",
    ),
    "Council news": (
        "The council voted on the budget for the new library.", "Road works close the bridge until Friday.",
        "The mayor opened the market hall on Saturday.", "Residents may send their views on the plan by post.",
    ),
    "Travel": (
        "The ferry leaves the harbour at nine in the morning.", "A narrow path leads up to the old monastery.",
        "Hotels by the beach are cheaper out of season.", "Take the night train and sleep over the border.",
    ),
}  # fmt: skip


def generated_site(pages: int = 400, share: float = 0.1, seed: int = 7) -> tuple[dict[str, Route], set[str]]:
    """The routes, and the paths that are about the subject."""
    chance = random.Random(seed)
    about = _about(pages, int(pages * share), chance)
    paths = [_path(number, chance) for number in range(pages)]
    topics = [chance.choice(list(_OTHERS)) for _ in range(pages)]
    titles = [
        f"{chance.choice(_ABOUT_TITLES)} {number}" if number in about else f"{topics[number]} {number}"
        for number in range(pages)
    ]
    routes: dict[str, Route] = {}
    for number in range(pages):
        targets = [
            child for child in range(number * _BRANCHES + 1, number * _BRANCHES + _BRANCHES + 1) if child < pages
        ]
        targets += [chance.randrange(1, pages) for _ in range(2)] if number % 4 == 3 else []
        sentences = _ABOUT if number in about else _OTHERS[topics[number]]
        links = [
            f'<p>{chance.choice(sentences)} <a href="{paths[target]}">'
            f"{'read more' if chance.random() < 1 / 3 else titles[target]}</a></p>"
            for target in targets
        ]
        text = " ".join(f"{chance.choice(sentences)} It was told {chance.randrange(900)} times." for _ in range(12))
        routes[paths[number]] = Answer(
            f"<html><head><title>{titles[number]}</title></head><body><h1>{titles[number]}</h1><p>{text}</p>"
            f"{''.join(links)}</body></html>",
            headers={"Content-Type": "text/html; charset=utf-8"},
        )
    return routes, {paths[number] for number in about}


def _about(pages: int, wanted: int, chance: random.Random) -> set[int]:
    """Numbers of the pages on the subject: two branches from the fourth level down, and lone ones."""
    about: set[int] = set()
    lone = int(wanted * _LONE)
    level = range((_BRANCHES**3 - 1) // (_BRANCHES - 1), (_BRANCHES**4 - 1) // (_BRANCHES - 1))
    for root in chance.sample(level, 2):
        branch = [root]
        for number in branch:
            branch += [
                number * _BRANCHES + step for step in range(1, _BRANCHES + 1) if number * _BRANCHES + step < pages
            ]
        about.update(branch[: (wanted - lone) // 2])
    while len(about) < wanted:
        about.add(chance.randrange(pages // 3, pages))
    return about


def _path(number: int, chance: random.Random) -> str:
    return "/" if number == 0 else f"/{chance.choice('abcdef')}/{number}.html"
