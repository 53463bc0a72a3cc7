"""What is read from a discover artifact."""

from __future__ import annotations

from agent.discovery import skipped


def test_sources_that_failed_and_services_that_were_not_asked_are_told_with_the_reason() -> None:
    facts = {
        "sources": [{"source": "arxiv", "error": ""}, {"source": "ieee", "error": "missing_key"}],
        "not_asked": {"unpaywall": "it needs retrieve.contact", "expand.llm": "no language model is configured"},
    }
    assert skipped(facts) == {"ieee": "missing_key", "unpaywall": "it needs retrieve.contact"}


def test_artifacts_of_before_tell_nothing() -> None:
    assert skipped({}) == {}
