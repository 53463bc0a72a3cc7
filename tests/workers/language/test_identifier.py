"""The quick walk through the language model."""

from __future__ import annotations

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from tests.workers.parse.test_language import FRENCH, GERMAN, OTHERS
from workers.language.identifier import load

QUICK = load()
LIBRARY = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@pytest.mark.parametrize("text", ["", "a", "é", "12 34", "日本", "GROSS", FRENCH * 20, GERMAN, *OTHERS.values()])
def test_the_quick_walk_says_what_the_library_says(text: str) -> None:
    assert QUICK.classify(text) == LIBRARY.classify(text)
