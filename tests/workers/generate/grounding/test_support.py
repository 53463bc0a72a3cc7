"""Claims held against sentences, each fault under its reason."""

from __future__ import annotations

import pytest

from workers.generate.grounding.support import Evidence, fault_of_claim

CODE = Evidence(
    (
        "The surface code does not need long-range gates, because each check touches only 4 neighbouring qubits.",
        "Its threshold is about 1 percent, and Kitaev proposed it in 1997.",
    ),
    "Why is the surface code practical?",
)
HEAT = Evidence(("Raising the temperature increases the error rate of the chip.",))
LASER = Evidence(
    ("Alice controls the laser that Bob built.", "The gate takes 50 ns and the readout takes 2 microseconds.")
)


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Each check involves just four adjacent qubits, so gates over long distances are unnecessary.", CODE),
        ("It was introduced by Kitaev in 1997, with a threshold near 1%.", CODE),
        ("The surface code avoids long-range gates.", CODE),
        ("A higher temperature leads to more errors on the chip.", HEAT),
        ("The laser is controlled by Alice.", LASER),
        ("A gate needs 0.05 µs.", LASER),
        ("Two operations are timed: the gate and the readout.", LASER),
    ],
)
def test_an_honest_paraphrase_is_supported(claim: str, evidence: Evidence) -> None:
    assert fault_of_claim(claim, evidence) == ("", "")


@pytest.mark.parametrize(
    ("claim", "evidence", "reason"),
    [
        ("Each check touches only three neighbouring qubits.", CODE, "number_not_in_evidence"),
        ("Kitaev proposed the surface code in 1998.", CODE, "number_not_in_evidence"),
        ("The readout takes 2 milliseconds.", LASER, "number_not_in_evidence"),
        ("Shor proposed the surface code in 1997.", CODE, "name_not_in_evidence"),
        ("The surface code needs long-range gates.", CODE, "negation_flipped"),
        ("Kitaev never proposed it in 1997.", CODE, "negation_flipped"),
        ("Raising the temperature decreases the error rate of the chip.", HEAT, "opposite"),
        ("Bob controls the laser that Alice built.", LASER, "roles_exchanged"),
        ("The laser controls Alice.", LASER, "roles_exchanged"),
        ("Knead the dough until it is smooth and let it rest.", CODE, "unsupported"),
    ],
)
def test_what_the_evidence_does_not_say_is_refused(claim: str, evidence: Evidence, reason: str) -> None:
    assert fault_of_claim(claim, evidence)[0] == reason
