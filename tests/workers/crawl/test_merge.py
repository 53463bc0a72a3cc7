"""The same work from several sources is one candidate with everything they know."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.job.records import Candidate, Copy, Evidence
from workers.crawl.http.canonical import document_id
from workers.crawl.merge import merged, title_key
from workers.crawl.sources.contract import Found, Refused

TITLE = "A Grover walk on the edges of a glued tree"


def find(url: str, source: str = "arxiv", *, text: str = "", chosen: bool = False, **fields: Any) -> Found:
    """What a source found at an address."""
    return Found(Candidate(id=document_id(url), url=url, source=source, score=0.0, **fields), text, chosen)


def preprint(**fields: Any) -> Found:
    """The work as a preprint."""
    known = {"title": TITLE, "authors": ("Ada Rhee", "Tom Okafor"), "date": "2023-11-02"}
    return find("https://arxiv.org/abs/2311.00001", **(known | fields))


def article(**fields: Any) -> Found:
    """The work as a journal's article, found elsewhere."""
    known = {
        "title": "A Grover Walk on the Edges of a Glued Tree.", "authors": ("Rhee, Ada",), "date": "2024",
        "doi": "10.5555/walk.7", "citations": 12, "source": "openalex",
    }  # fmt: skip
    return find("https://doi.org/10.5555/walk.7", **(known | fields))


def together(*finds: Found) -> Found:
    """The one candidate they make."""
    (only,), _ = merged(finds)
    return only


def test_a_preprint_and_its_article_are_one_work_with_both_copies_under_their_own_licences() -> None:
    pdf = Copy(url="https://arxiv.org/pdf/2311.00001", media_type="application/pdf")
    journal = Copy(url="https://journal.example/7", licence="CC-BY-4.0", version="published", media_type="text/html")
    only = together(
        preprint(
            copies=(pdf,), licence="LicenseRef-arxiv-nonexclusive", queries=("quantum walks",), text="long abstract"
        ),
        article(copies=(journal,), queries=("quantum computing",), text="short"),
    )
    kept = only.candidate
    assert [(each.url, each.licence) for each in kept.copies] == [
        (journal.url, "CC-BY-4.0"), (pdf.url, "LicenseRef-arxiv-nonexclusive"),
    ]  # fmt: skip
    assert (kept.licence, kept.doi, kept.citations) == ("", "10.5555/walk.7", 12)
    assert kept.queries == ("quantum computing", "quantum walks") and only.text == "long abstract"
    assert kept.authors == ("Ada Rhee", "Tom Okafor")
    assert kept.also == ("arxiv https://arxiv.org/abs/2311.00001",)


def test_one_doi_is_one_work_whatever_its_title() -> None:
    assert together(article(), find("https://other.example/x", doi="10.5555/walk.7", title="Glued trees"))


def test_a_retraction_that_one_source_knows_holds_for_the_work() -> None:
    assert together(preprint(), article(retracted=True)).candidate.retracted


def test_a_find_without_listed_copies_brings_its_own_address_as_one() -> None:
    page = find("https://pages.example/walk", "site:x", title=TITLE, authors=("Ada Rhee",), licence="CC-BY-SA-4.0")
    pdf = Copy(url="https://journal.example/7.pdf", licence="CC-BY-4.0", media_type="application/pdf")
    kept = together(article(copies=(pdf,)), page).candidate
    assert [(each.url, each.licence) for each in kept.copies] == [
        ("https://journal.example/7.pdf", "CC-BY-4.0"), ("https://pages.example/walk", "CC-BY-SA-4.0"),
    ]  # fmt: skip
    assert together(article(), page).candidate.url == "https://pages.example/walk"


def test_what_a_person_chose_stays_chosen_at_its_address() -> None:
    only = together(article(blob="0" * 64), preprint(chosen=True))
    assert only.chosen and only.candidate.url == "https://arxiv.org/abs/2311.00001"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (preprint(), preprint(authors=("Kim Vale",))),
        (preprint(date="2012"), article()),
        (find("https://a.example/", title="Quantum computing", date="2020"),
         find("https://b.example/", title="Quantum computing", date="2020")),
        (find("https://doi.org/10.1/a", title="Editorial", authors=("Ada Rhee",), doi="10.1/a"),
         find("https://doi.org/10.1/b", title="Editorial", authors=("Ada Rhee",), doi="10.1/b")),
        (find("https://a.example/"), find("https://b.example/")),
    ],
    ids=["other authors", "an edition of years ago", "a short title alone", "editorials", "no titles"],
)  # fmt: skip
def test_what_only_looks_alike_stays_apart(one: Found, other: Found) -> None:
    moved = find(f"{other.candidate.url}?2", **other.candidate.model_dump(exclude={"id", "url", "score", "source"}))
    assert len(merged([one, moved])[0]) == 2


def test_a_long_title_of_one_year_is_enough_where_no_authors_are_known() -> None:
    assert together(find("https://a.example/", title=TITLE, date="2024-01"), article())


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("Schrödinger’s  CAT: a  review", "schrodinger s cat a review"),
        ("RETRACTED: Cold fusion in a jar", "cold fusion in a jar"),
        ("[Retracted Article] Cold fusion in a jar", "cold fusion in a jar"),
        ("量子", "量子"),
    ],
)
def test_titles_are_compared_without_case_accents_and_marks(title: str, key: str) -> None:
    assert title_key(title) == key


def test_a_find_wins_over_a_refusal_and_refusals_are_told_once() -> None:
    refused = Refused(preprint().candidate, "robots_disallow", "/abs")
    other = Refused(article().candidate, "too_large", "b")
    again = Refused(article().candidate, "no_text", "a")
    found, left = merged([refused, other, preprint(), again])
    assert len(found) == 1 and left == [again]


_NAMES = st.lists(st.sampled_from(["Ada Rhee", "Okafor, Tom", "Kim Vale"]), max_size=2).map(tuple)
_COPIES = st.lists(
    st.builds(
        Copy,
        url=st.sampled_from(["https://c.example/1", "https://c.example/2"]),
        licence=st.sampled_from(["", "CC-BY-4.0", "CC-BY-NC-4.0"]),
        version=st.sampled_from(["", "published", "submitted"]),
        media_type=st.sampled_from(["", "application/pdf", "text/html"]),
    ),
    max_size=2,
).map(tuple)


@st.composite
def finds(draw: st.DrawFn) -> Found:
    """Any find, near enough to others to be merged with some."""
    return find(
        draw(
            st.sampled_from(
                ["https://a.example/", "https://b.example/", "https://doi.org/10.1/x", "https://d.example/"]
            )
        ),
        draw(st.sampled_from(["arxiv", "openalex"])),
        text=draw(st.sampled_from(["", "one", "two"])),
        title=draw(st.sampled_from(["", "Quantum computing", TITLE, TITLE.upper()])),
        authors=draw(_NAMES),
        date=draw(st.sampled_from(["", "2019", "2023-05", "2024"])),
        doi=draw(st.sampled_from(["", "10.1/x", "10.1/y"])),
        citations=draw(st.sampled_from([None, 0, 5])),
        retracted=draw(st.booleans()),
        licence=draw(st.sampled_from(["", "CC-BY-4.0", "MIT"])),
        blob=draw(st.sampled_from(["", "a" * 64])),
        copies=draw(_COPIES),
        queries=draw(st.sampled_from([(), ("q1",), ("q2",)])),
        evidence=draw(st.sampled_from([(), (Evidence(kind="licence", url="u", line="l", time="t"),)])),
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(finds(), max_size=5))
def test_the_order_of_finds_changes_nothing_and_nothing_is_lost(items: list[Found]) -> None:
    once = merged(items)
    for order in itertools.islice(itertools.permutations(items), 0, None, 7):
        assert merged(order) == once
    told = {address for item in once[0] for address in (item.candidate.url, *map(_address, item.candidate.also))}
    assert told == {item.candidate.url for item in items}
    assert {query for item in once[0] for query in item.candidate.queries} == {
        query for item in items for query in item.candidate.queries
    }


def _address(line: str) -> str:
    return line.partition(" ")[2]


@pytest.mark.parametrize("blob", ["", "0" * 64])
def test_two_licences_that_are_stated_for_one_address_both_bind(blob: str) -> None:
    outer = find("file:///a/sub/x.txt", "dir:/a", licence="CC0-1.0", blob=blob)
    inner = find("file:///a/sub/x.txt", "dir:/a/sub", licence="CC-BY-ND-4.0", blob=blob)
    silent = find("file:///a/sub/x.txt", "dir:/", blob=blob)
    assert together(outer, inner, silent).candidate.licence == "CC0-1.0 AND CC-BY-ND-4.0"
    assert together(silent, inner, outer).candidate.licence == "CC0-1.0 AND CC-BY-ND-4.0"
