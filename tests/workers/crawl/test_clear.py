"""The clear stage on a real store, with real sites that change between retrieve and clear."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.errors import NotEnoughData
from agent.job.artifacts import Tally, UnitPlan
from agent.job.records import Chunk, Example, ExampleKind, Row, RowFormat, SourceEntry, Split
from tests.workers.crawl.site_server import Answer, SiteServer, page, serving
from tests.workers.crawl.units import CrawlJob
from tests.workers.generate.examples import example

SPLITS = {"train": Split.TRAIN, "validation": Split.VALIDATION, "test": Split.TEST}
DATASET = ("train.jsonl", "validation.jsonl", "test.jsonl", "heldout.jsonl")


def entry(name: str, split: str = "train", *, licence: str = "CC-BY-4.0") -> SourceEntry:
    return SourceEntry(
        document_id=name, url=f"file:///notes/{name}.md", source="dir:/notes", title=name, licence=licence,
        split=SPLITS[split], blob="0" * 64, rows=2,
    )  # fmt: skip


def job(folder: Path, *sources: str, **spec: object) -> CrawlJob:
    return CrawlJob(folder, sources or ["dir:/notes"], **{"assemble": {"min_examples": 1}, **spec})


def documents_of(at: CrawlJob) -> dict[str, list[str]]:
    """File of the cleared dataset -> the documents that its lines come from."""
    cleared = at.cleared()
    rows = {name: [row.document_id for row in cleared.records(name, Row)] for name in DATASET[:3]}
    return rows | {"heldout.jsonl": [chunk.document_id for chunk in cleared.records("heldout.jsonl", Chunk)]}


def test_where_nothing_was_withdrawn_the_dataset_is_the_same_bytes_and_training_follows(tmp_path: Path) -> None:
    at = job(tmp_path)
    plan = at.assemble([entry("a"), entry("b", "validation"), entry("c", "test")])
    outcome = at.clear(plan)
    cleared = at.cleared()
    assert outcome.successors == (UnitPlan(stage="train", shard="0", inputs=(cleared.path,)),)
    for name in DATASET:
        assert cleared.read_file(name) == at.store.read(f"{plan.inputs[0]}/{name}")
    assert cleared.manifest.tallies["documents"] == Tally(received=3, kept=3)
    assert cleared.manifest.tallies["examples"] == Tally(received=6, kept=6)


def test_a_row_goes_with_any_of_its_documents_and_so_do_choices_and_what_rows_were_made_of(tmp_path: Path) -> None:
    at = job(tmp_path, permission={"profile": "strict"})
    given = [entry("by-test", "test"), entry("by-train"), entry("sa", licence="CC-BY-SA-4.0")]
    made = [example("Which?", f"Of {name}.", document=name) for name in ("by-train", "sa")]
    hop = example("Both?", "Of two.", document="by-train").model_copy(update={"other_documents": ("sa",)})
    asked = [
        Row(id=f"choice-{name}", format=RowFormat.CHAT, kind=ExampleKind.CHOICE, split=Split.TEST, chunk_id="c",
            document_id="by-test", other_documents=others)
        for name, others in (("stays", ()), ("goes", ("sa",)))
    ]  # fmt: skip
    at.clear(at.assemble(given, choices=asked, examples=[*made, hop]))
    assert [row.id for row in at.cleared().records("choices.jsonl", Row)] == ["choice-stays"]
    assert [each.response for each in at.cleared().records("examples.jsonl", Example)] == ["Of by-train."]
    assert at.cleared().manifest.tallies["examples"] == Tally(received=8, kept=5, rejected={"permission_withdrawn": 3})


def test_a_licence_outside_the_profile_takes_all_rows_of_its_documents_along(tmp_path: Path) -> None:
    at = job(tmp_path, permission={"profile": "strict"})
    share_alike = [entry(f"sa-{split}", split, licence="CC-BY-SA-4.0") for split in SPLITS]
    at.clear(at.assemble([*(entry(f"by-{split}", split) for split in SPLITS), *share_alike]))
    assert documents_of(at) == {
        "train.jsonl": ["by-train"] * 2,
        "validation.jsonl": ["by-validation"] * 2,
        "test.jsonl": ["by-test"] * 2,
        "heldout.jsonl": ["by-test"],
    }
    assert [each.document_id for each in at.cleared().records("sources.jsonl", SourceEntry)] == [
        f"by-{split}" for split in SPLITS
    ]
    refused = [row for row in at.cleared().rejected() if row.noun == "documents"]
    assert {(row.id, row.reason) for row in refused} == {(f"sa-{split}", "permission_withdrawn") for split in SPLITS}
    assert all("CC-BY-SA-4.0" in row.detail for row in refused)
    assert at.cleared().manifest.tallies == {
        "documents": Tally(received=6, kept=3, rejected={"permission_withdrawn": 3}),
        "examples": Tally(received=12, kept=6, rejected={"permission_withdrawn": 6}),
    }


def test_too_few_rows_left_end_the_job_with_one_sentence(tmp_path: Path) -> None:
    at = job(tmp_path, permission={"profile": "strict"}, assemble={"min_examples": 3})
    plan = at.assemble([entry("a"), entry("b", licence="CC-BY-NC-4.0")])
    with pytest.raises(NotEnoughData, match=r"2 training rows are left and assemble\.min_examples asks for 3") as error:
        at.clear(plan)
    assert "the permission of 1 document was withdrawn" in str(error.value)


BY = {"Link": '<https://creativecommons.org/licenses/by/4.0/>; rel="license"'}
PAGES = ("/a.html", "/b.html", "/c.html")


@pytest.fixture
def site() -> Iterator[SiteServer]:
    """Three pages under CC BY, with a robots.txt that closes nothing."""
    routes = {path: Answer(page(title=f"Qubits {path}", text="A qubit.").body, headers=HTML | BY) for path in PAGES}
    index = page(*PAGES, title="Quantum computing", text="On quantum computing.")
    with serving({"/": index, "/robots.txt": Answer("User-agent: *\nAllow: /\n"), **routes}) as server:
        yield server


HTML = {"Content-Type": "text/html; charset=utf-8"}


def ago(**span: float) -> str:
    return (datetime.now(UTC) - timedelta(**span)).isoformat(timespec="seconds")


def of_site(site: SiteServer, path: str, fetched_at: str, **fields: object) -> SourceEntry:
    known = SourceEntry(
        document_id=path.strip("/").removesuffix(".html"), url=f"{site.base}{path}", source=f"site:{site.base}/",
        title=path, licence="CC-BY-4.0", split=Split.TRAIN, blob="0" * 64, fetched_at=fetched_at, rows=2,
    )  # fmt: skip
    return known.model_copy(update=fields)


def withdrawn(at: CrawlJob) -> dict[str, str]:
    """Document -> the line that withdrew its permission."""
    return {row.id: row.detail for row in at.cleared().rejected() if row.noun == "documents"}


def kept(at: CrawlJob) -> dict[str, SourceEntry]:
    return {each.document_id: each for each in at.cleared().records("sources.jsonl", SourceEntry)}


def test_pages_that_were_retrieved_and_are_closed_by_robots_since_leave_the_dataset(
    site: SiteServer, tmp_path: Path
) -> None:
    at = job(tmp_path, f"site:{site.base}/", discover={"min_relevance": 0})
    (plan,) = at.discover().successors
    at.retrieve(plan)
    entries = [
        of_site(site, path, each.fetched_at, document_id=each.id, url=each.url, evidence=each.evidence)
        for each in at.pages()
        if (path := each.url.removeprefix(site.base)) in PAGES
    ]
    assert len(entries) == 3
    site.routes["/robots.txt"] = Answer("User-agent: *\nDisallow: /b.html\n")
    at.clear(at.assemble(entries))
    (closed,) = [each for each in entries if each.url.endswith("/b.html")]
    assert set(kept(at)) == {each.document_id for each in entries} - {closed.document_id}
    assert "Disallow: /b.html" in withdrawn(at)[closed.document_id]
    for before in (each for each in entries if each is not closed):
        fresh = kept(at)[before.document_id].evidence[len(before.evidence) :]
        assert fresh[0].kind == "robots" and fresh[-1].line.startswith("allowed")
        assert all(each.time >= before.fetched_at for each in fresh)


def test_a_signal_for_the_whole_site_that_came_since_withdraws_what_it_names(site: SiteServer, tmp_path: Path) -> None:
    site.routes["/.well-known/tdmrep.json"] = Answer('[{"location": "/c.html", "tdm-reservation": 1}]')
    at = job(tmp_path)
    at.clear(at.assemble([of_site(site, path, ago(hours=1)) for path in PAGES]))
    assert list(withdrawn(at)) == ["c"] and "tdm-reservation" in withdrawn(at)["c"]
    assert not any(site.count(path) for path in PAGES), "pages that were read within a day are not fetched again"


def test_a_page_read_more_than_a_day_ago_is_fetched_again_and_its_own_headers_count(
    site: SiteServer, tmp_path: Path
) -> None:
    site.routes["/a.html"] = Answer("<html><p>A qubit.</p></html>", headers=HTML | {"X-Robots-Tag": "noai"})
    at = job(tmp_path)
    at.clear(at.assemble([of_site(site, path, ago(hours=25)) for path in PAGES]))
    assert list(withdrawn(at)) == ["a"] and "noai" in withdrawn(at)["a"]
    assert [site.count(path) for path in PAGES] == [1, 1, 1]
    assert at.cleared().manifest.facts == {"withdrawn": 1, "read_again": 3, "unanswered": {}}


def test_the_address_that_gave_the_bytes_is_asked_not_the_one_people_open(site: SiteServer, tmp_path: Path) -> None:
    site.routes["/robots.txt"] = Answer("User-agent: *\nDisallow: /copies/\n")
    entries = [
        of_site(site, "/a.html", ago(hours=1), fetched_from=f"{site.base}/copies/a.pdf"),
        of_site(site, "/copies/b.html", ago(hours=1), document_id="b", fetched_from=f"{site.base}/b.html"),
    ]
    at = job(tmp_path)
    at.clear(at.assemble(entries))
    assert list(withdrawn(at)) == ["a"]


def test_a_site_that_gives_no_answer_takes_nothing_back_for_thirty_days_but_saves_no_refused_licence(
    tmp_path: Path,
) -> None:
    with serving({}) as gone:
        entries = [
            of_site(gone, "/recent.html", ago(days=29)),
            of_site(gone, "/old.html", ago(days=31)),
            of_site(gone, "/undated.html", ""),
            of_site(gone, "/refused.html", ago(hours=1), licence="CC-BY-NC-4.0"),
            entry("here"),
        ]
    at = job(tmp_path)
    at.clear(at.assemble(entries))
    assert set(kept(at)) == {"recent", "here"}
    told = kept(at)["recent"].evidence[-1]
    assert told.kind == "unanswered" and "connection_failed" in told.line and told.line.endswith("stands")
    assert "is older than 30 days" in withdrawn(at)["old"]
    assert "is older than 30 days" in withdrawn(at)["undated"]
    assert "CC-BY-NC-4.0" in withdrawn(at)["refused"]
    assert set(at.cleared().manifest.facts["unanswered"]) == {gone.base}


def test_a_page_that_is_gone_keeps_its_permission_and_says_so(site: SiteServer, tmp_path: Path) -> None:
    site.routes["/a.html"] = Answer(status=410)
    at = job(tmp_path)
    at.clear(at.assemble([of_site(site, path, ago(days=2)) for path in PAGES]))
    assert not withdrawn(at)
    assert "not re-checked: http_410" in kept(at)["a"].evidence[-1].line


def test_a_bot_wall_in_place_of_robots_is_an_answer_and_it_says_no(site: SiteServer, tmp_path: Path) -> None:
    site.routes["/robots.txt"] = page(title="Checking your browser")
    at = job(tmp_path)
    at.clear(at.assemble([of_site(site, "/a.html", ago(hours=1)), entry("here")]))
    assert list(withdrawn(at)) == ["a"] and "a web page stands in its place" in withdrawn(at)["a"]
