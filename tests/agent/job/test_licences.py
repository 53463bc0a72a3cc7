"""Licence statements as the world writes them, and what each policy takes."""

from __future__ import annotations

import pytest

from agent.job.licences import ALL_RIGHTS_RESERVED, NO_TRAINING, Policy, spdx, trainable


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"),
        ("http://creativecommons.org/licenses/by-nc-sa/3.0/us/", "CC-BY-NC-SA-3.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("CC BY 4.0", "CC-BY-4.0"),
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
        ("CC0-1.0", "permissive"),
        ("CC-BY-4.0", "permissive"),
        ("Apache-2.0 WITH LLVM-exception", "permissive"),
        ("GPL-3.0-only OR MIT", "permissive"),
        ("CC-BY-SA-4.0", "share_alike"),
        ("CC-BY-SA-4.0 AND MIT", "share_alike"),
        ("CC-BY-NC-4.0", "noncommercial"),
        ("CC-BY-NC-SA-4.0", "noncommercial"),
        ("GPL-3.0-only", "any_stated"),
        ("LicenseRef-arxiv-nonexclusive", "any_stated"),
        (ALL_RIGHTS_RESERVED, "operator"),
        ("", "operator"),
    ],
)
def test_a_licence_is_taken_from_its_narrowest_policy_on(licence: str, narrowest: Policy) -> None:
    policies: list[Policy] = ["permissive", "share_alike", "noncommercial", "any_stated", "operator"]
    taken = [policy for policy in policies if trainable(licence, policy).allowed]
    assert taken == policies[policies.index(narrowest) :]


@pytest.mark.parametrize("licence", ["CC-BY-ND-4.0", "CC-BY-NC-ND-3.0", NO_TRAINING])
def test_no_policy_takes_a_licence_that_forbids_training(licence: str) -> None:
    assert trainable(licence, "operator") == (False, "licence_forbids_training")


def test_a_refusal_says_whether_the_licence_or_its_absence_was_the_reason() -> None:
    assert trainable("CC-BY-SA-4.0", "permissive") == (False, "licence_outside_policy")
    assert trainable("", "permissive") == (False, "no_licence")
