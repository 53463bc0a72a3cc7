"""The language of a text."""

from __future__ import annotations

import pytest

from tests.workers.parse.shards import PROSE
from workers.parse.language import MIN_CONFIDENCE, identify

GERMAN = "Ein Qubit ist die kleinste Einheit der Quanteninformation. Es hat zwei Zustände, die man unterscheiden kann."
FRENCH = "Un qubit est la plus petite unité d'information quantique. Il possède deux états que l'on peut distinguer."


@pytest.mark.parametrize(("text", "code"), [(PROSE, "en"), (GERMAN, "de"), (FRENCH, "fr")])
def test_prose_has_a_language(text: str, code: str) -> None:
    language = identify(text)
    assert language.code == code and language.confidence >= MIN_CONFIDENCE


@pytest.mark.parametrize("text", ["", "12 34 56 $$ %%", "H X Z"])
def test_what_has_no_language_is_undecided(text: str) -> None:
    assert identify(text).code == ""
