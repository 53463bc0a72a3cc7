"""Licence statements as the world writes them, and what each profile takes."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.job.licences import (
    ALL_RIGHTS_RESERVED,
    ARXIV_NONEXCLUSIVE,
    NO_TRAINING,
    OWN,
    PMC_TDM,
    PROFILES,
    Profile,
    declared_licence,
    folded,
    joined,
    spdx,
    trainable,
    words_against_training,
)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"),
        ("http://creativecommons.org/licenses/by-nc-sa/3.0/us/", "CC-BY-NC-SA-3.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("License: arXiv.org perpetual non-exclusive license", ARXIV_NONEXCLUSIVE),
        ("CC BY 4.0", "CC-BY-4.0"),
        ("CCBYNCND", "CC-BY-NC-ND-4.0"),
        ("ccbysa 3.0", "CC-BY-SA-3.0"),
        ("CC bypass the gate", ""),
        ("cc-by-sa-4.0", "CC-BY-SA-4.0"),
        ("This work is licensed under CC BY-NC-ND 4.0.", "CC-BY-NC-ND-4.0"),
        ("Creative Commons Attribution-ShareAlike 4.0 International", "CC-BY-SA-4.0"),
        (
            "Creative Commons Attribution 3.0 Unported (https://creativecommons.org/licenses/by/3.0/)",
            "CC-BY-3.0",
        ),
        ("Apache License, Version 2.0", "Apache-2.0"),
        ("MIT", "MIT"),
        ("mit license", "MIT"),
        ("CC-BY-4.0 (text) / MIT (code)", "CC-BY-4.0 AND MIT"),
        ("On licences, by A. One, MIT", ""),
        ("MIT OR Apache-2.0", "MIT OR Apache-2.0"),
        ("CC-BY-3.0 (docs) / BSD-3 (code)", "CC-BY-3.0 AND BSD-3-Clause"),
        ("© 2024 Example Ltd. All rights reserved.", ALL_RIGHTS_RESERVED),
        ("© 2024, all rights reserved; text under CC BY 4.0", "CC-BY-4.0"),
        ("You may read this, but not use it for training of machine learning models.", NO_TRAINING),
        ("CC BY 4.0, text and data mining rights are reserved; no text and data mining", NO_TRAINING),
        ("A page about permits at MIT and elsewhere", ""),
        ("", ""),
    ],
)
def test_a_statement_names_its_spdx_expression(statement: str, expected: str) -> None:
    assert spdx(statement) == expected


@pytest.mark.parametrize(
    ("licence", "narrowest"),
    [
        ("CC0-1.0", "strict"),
        ("CC-PDDC", "strict"),
        ("CC-BY-4.0", "strict"),
        ("Apache-2.0 WITH LLVM-exception", "strict"),
        ("BSD-3-Clause", "strict"),
        ("GPL-3.0-only OR MIT", "strict"),
        (OWN, "strict"),
        ("CC-BY-SA-4.0", "share-alike"),
        ("CC-BY-SA-4.0 AND MIT", "share-alike"),
        ("GFDL-1.3-or-later", "share-alike"),
        ("GPL-3.0-only", "share-alike"),
        ("MPL-2.0", "share-alike"),
        ("CC-BY-NC-4.0", "noncommercial"),
        ("CC-BY-NC-SA-4.0", "noncommercial"),
        ("CC-BY-NC-SA-4.0 AND CC-BY-4.0", "noncommercial"),
        (ARXIV_NONEXCLUSIVE, "research"),
        (PMC_TDM, "research"),
    ],
)
def test_a_licence_is_taken_from_its_narrowest_profile_on(licence: str, narrowest: Profile) -> None:
    taken = [profile for profile in PROFILES if trainable(licence, profile).allowed]
    assert taken == list(PROFILES[PROFILES.index(narrowest) :])


@pytest.mark.parametrize(
    ("licence", "reason"),
    [
        ("CC-BY-ND-4.0", "licence_no_derivatives"),
        ("CC-BY-NC-ND-3.0", "licence_no_derivatives"),
        (NO_TRAINING, "licence_forbids_training"),
        (ALL_RIGHTS_RESERVED, "licence_all_rights_reserved"),
        ("BUSL-1.1", "licence_outside_profile"),
        ("", "licence_unknown"),
        ("LicenseRef-somebodys", "licence_unknown"),
        (f"CC-BY-4.0 AND {ALL_RIGHTS_RESERVED}", "licence_all_rights_reserved"),
        (f"LicenseRef-somebodys AND {NO_TRAINING}", "licence_forbids_training"),
    ],
)
def test_what_no_profile_takes_is_refused_with_its_own_word(licence: str, reason: str) -> None:
    assert {trainable(licence, profile) for profile in PROFILES} == {(False, reason)}


def test_a_licence_outside_the_profile_is_told_apart() -> None:
    assert trainable("CC-BY-SA-4.0", "strict") == (False, "licence_outside_profile")


def test_what_is_the_users_own_may_reserve_all_rights_and_nothing_else() -> None:
    assert joined([OWN, ALL_RIGHTS_RESERVED]) == OWN
    assert joined(["CC-BY-4.0", "", "CC-BY-4.0", "MIT OR ISC"]) == "CC-BY-4.0 AND (MIT OR ISC)"
    assert trainable(joined([OWN, NO_TRAINING]), "research").reason == "licence_forbids_training"


@pytest.mark.parametrize(
    ("word", "licence"),
    [("own", OWN), (" OWN ", OWN), ("cc-by-4.0", "CC-BY-4.0"), ("CC BY", ""), ("mine", ""), ("", "")],
)
def test_a_users_word_is_own_or_an_spdx_expression(word: str, licence: str) -> None:
    assert declared_licence(word) == licence


@pytest.mark.parametrize(
    "prose",
    [
        "Derivatives and the training of models on this text are not permitted.",
        "This book may not be used in the training of large language models without permission.",
        "All rights are reserved, including those for text and data mining and AI training.",
    ],
)
def test_prose_against_training_is_found(prose: str) -> None:
    assert words_against_training(f"It is a good book. {prose} It ends here.") == prose


@pytest.mark.parametrize(
    "prose",
    [
        "We train large models without supervision, which is not hard.",
        "Text and data mining finds patterns in papers.",
        "No licence is needed to read it. Training a model takes a week.",
    ],
)
def test_prose_about_training_forbids_nothing(prose: str) -> None:
    assert words_against_training(prose) == ""


@given(st.lists(st.sampled_from(["MIT", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC-BY-ND-4.0", NO_TRAINING, "LicenseRef-x"])))
def test_a_further_statement_never_makes_a_document_usable(licences: list[str]) -> None:
    for profile in PROFILES:
        if trainable(joined(licences), profile).allowed:
            assert all(trainable(joined(licences[:length]), profile).allowed for length in range(1, len(licences)))


@given(st.text(alphabet="linkSTRAINIıİſK\u212aΣß é"), st.text(alphabet="linstrak", min_size=1, max_size=3))
def test_a_cheap_look_misses_no_word_that_an_expression_finds(text: str, word: str) -> None:
    assert word in folded(text) or not re.search(word, text, re.IGNORECASE)


def test_no_other_sign_stands_for_a_letter() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    signs = "".join(map(chr, range(0x80, 0x110000)))
    for sign, letter in product(re.findall("[a-z]", signs, re.IGNORECASE), letters):
        assert folded(sign) == letter or not re.fullmatch(letter, sign, re.IGNORECASE)
