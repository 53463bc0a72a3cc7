"""Several copies of one document: which is tried first, and whose licence holds for which."""

from __future__ import annotations

from agent.job.records import Candidate, Copy
from workers.crawl.copies import best_first, with_copies


def copy(name: str, licence: str = "", version: str = "", media_type: str = "") -> Copy:
    """A copy at an address of its own."""
    return Copy(url=f"https://copies.example/{name}", licence=licence, version=version, media_type=media_type)


def candidate(**fields: object) -> Candidate:
    """A candidate at an address of its own."""
    return Candidate.model_validate({"id": "1", "url": "https://papers.example/1", "source": "s", "score": 0} | fields)


def test_free_licences_come_first_then_the_published_version_then_structured_text() -> None:
    wanted = [
        copy("a", "CC-BY-4.0", "published", "text/html"),
        copy("b", "CC-BY-4.0", "published", "application/pdf"),
        copy("c", "CC-BY-4.0", "published"),
        copy("d", "CC-BY-4.0", "accepted", "text/html"),
        copy("e", "CC-BY-4.0", "submitted", "application/xml"),
        copy("f", "CC-BY-SA-4.0", "published"),
        copy("g", "CC-BY-NC-4.0", "published"),
        copy("h", "CC-BY-NC-ND-4.0", "published"),
        copy("i", "", "published", "text/html"),
    ]
    assert best_first(reversed(wanted)) == tuple(wanted)


def test_an_address_stated_twice_is_one_copy_under_the_stricter_licence() -> None:
    both = [copy("a", "CC-BY-4.0", "", "application/pdf"), copy("a", "CC-BY-NC-4.0", "accepted")]
    assert best_first(both) == (copy("a", "CC-BY-NC-4.0", "accepted", "application/pdf"),)


def test_a_candidates_licence_stays_with_its_own_address_when_others_know_more_copies() -> None:
    known = with_copies(candidate(licence="CC-BY-4.0", media_type="text/html"), [copy("other")])
    assert known.licence == ""
    assert [(each.url, each.licence) for each in known.copies] == [
        ("https://papers.example/1", "CC-BY-4.0"), ("https://copies.example/other", ""),
    ]  # fmt: skip


def test_a_licence_that_all_copies_share_stays_on_the_candidate() -> None:
    known = with_copies(candidate(licence="CC-BY-4.0"), [copy("other", "CC-BY-4.0")])
    assert (known.licence, len(known.copies)) == ("CC-BY-4.0", 2)


def test_a_doi_is_no_copy_of_its_own() -> None:
    known = with_copies(candidate(url="https://doi.org/10.1/x"), [copy("open", "CC-BY-4.0")])
    assert [each.url for each in known.copies] == ["https://copies.example/open"]


def test_a_document_whose_bytes_are_here_keeps_its_licence_and_gives_it_to_no_other_copy() -> None:
    known = with_copies(candidate(blob="f" * 64, licence="CC-BY-4.0"), [copy("other")])
    assert (known.licence, known.copies) == ("CC-BY-4.0", (copy("other"),))


def test_nothing_to_add_changes_nothing() -> None:
    one = candidate(licence="CC-BY-4.0")
    assert with_copies(one, []) == one
