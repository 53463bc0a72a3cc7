"""The words of bibliographic services, and what they mean."""

from __future__ import annotations

import pytest

from workers.crawl.sources.work import bare_doi, plain, retracted_title, stated_licence


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("https://doi.org/10.1016/0022-2836(84)90001-3", "10.1016/0022-2836(84)90001-3"),
        ("doi:10.5555/ABC.", "10.5555/abc"),
        ("(see 10.5555/abc)", "10.5555/abc"),
        ("none", ""),
    ],
)
def test_a_doi_is_found_bare_and_in_lower_case(text: str, doi: str) -> None:
    assert bare_doi(text) == doi


@pytest.mark.parametrize(
    ("word", "licence"),
    [
        ("cc-by", "CC-BY-4.0"), ("CCBY", "CC-BY-4.0"),
        ("CCBYNCND", "CC-BY-NC-ND-4.0"), ("cc-by-nc-sa", "CC-BY-NC-SA-4.0"),
        ("cc0", "CC0-1.0"), ("public-domain", "CC-PDDC"), ("mit", "MIT"), ("other-oa", ""),
        ("publisher-specific-oa", ""), ("implied-oa", ""), ("", ""),
        ("http://creativecommons.org/licenses/by-nc/3.0/", "CC-BY-NC-3.0"),
    ],
)  # fmt: skip
def test_words_for_licences_become_spdx_and_vague_ones_nothing(word: str, licence: str) -> None:
    assert stated_licence(word) == licence


def test_markup_and_references_leave_a_text() -> None:
    assert plain("<jats:p>If a &lt; b &amp; c,\n then  <i>d</i></jats:p>") == "If a < b & c, then d"
    assert plain("0 < x and y > 1") == "0 < x and y > 1"


@pytest.mark.parametrize(
    "title", ["RETRACTED: Qubits", "[RETRACTED ARTICLE] Qubits", "Retraction note: Qubits", "WITHDRAWN: Qubits"]
)
def test_titles_that_say_retracted(title: str) -> None:
    assert retracted_title(title)


@pytest.mark.parametrize("title", ["Retracted potentials in qubits", "Retraction of a wire", "Withdrawn electrons"])
def test_titles_that_only_use_the_word(title: str) -> None:
    assert not retracted_title(title)
