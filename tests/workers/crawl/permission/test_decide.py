"""Whether a fetched document may be trained on."""

from __future__ import annotations

from agent.job.licences import Policy
from workers.crawl.glance import Glance, Statement
from workers.crawl.permission.decide import Access, decide_access

TIME = "2026-01-01T00:00:00+00:00"


def decide(*stated: str, policy: Policy = "operator", source: str = "", meta: str = "", **headers: str) -> Access:
    """The decision on a page with these licence statements."""
    seen = Glance(
        licences=tuple(Statement("licence", value, f"Licence: {value}") for value in stated),
        robots=(Statement("robots", meta, f'<meta name="robots" content="{meta}"/>'),),
    )
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return decide_access("http://h/a", stated_licence=source, seen=seen, headers=sent, policy=policy, time=TIME)


def test_a_stated_licence_is_allowed_by_its_policy_with_the_line_that_states_it() -> None:
    access = decide("CC BY 4.0", policy="permissive")
    assert (access.allowed, access.licence, access.deciding_line) == (True, "CC-BY-4.0", "Licence: CC BY 4.0")


def test_no_policy_lifts_an_opt_out_whatever_the_licence() -> None:
    access = decide("CC0 1.0", meta="noai")
    assert (access.allowed, access.reason) == (False, "optout_noai")
    assert access.evidence[-1].kind == "meta"
    assert decide(x_robots_tag="noml").evidence[-1].line == "X-Robots-Tag: noml"


def test_a_licence_without_derivatives_is_refused_even_beside_an_open_one() -> None:
    access = decide("CC BY-ND 4.0", source="MIT")
    assert (access.allowed, access.reason) == (False, "licence_forbids_training")
    assert access.deciding_line == "Licence: CC BY-ND 4.0"


def test_a_document_that_states_nothing_needs_the_operators_word() -> None:
    assert decide(policy="any_stated").reason == "no_licence"
    access = decide()
    assert access.allowed
    assert access.evidence[-1].kind == "operator"


def test_a_licence_beyond_the_policy_is_told_apart_from_one_that_forbids() -> None:
    assert decide("CC BY-NC 4.0", policy="permissive").reason == "licence_outside_policy"
    assert decide("CC BY-NC 4.0", policy="noncommercial").allowed


def test_several_statements_bind_together() -> None:
    assert decide("CC BY-SA 4.0", source="Apache-2.0").licence == "Apache-2.0 AND CC-BY-SA-4.0"
    assert decide("MIT", source="MIT").licence == "MIT"


def test_the_link_header_states_a_licence_too() -> None:
    access = decide(policy="permissive", link='<https://creativecommons.org/licenses/by/4.0/>; rel="license"')
    assert (access.allowed, access.licence, access.evidence[0].kind) == (True, "CC-BY-4.0", "header")


def test_a_statement_nobody_understands_counts_as_none_but_is_kept_as_evidence() -> None:
    access = decide("see the imprint", policy="any_stated")
    assert (access.reason, access.deciding_line) == ("no_licence", "Licence: see the imprint")
