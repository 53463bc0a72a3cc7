"""The scholarly adapters and OpenCourseWare's over every answer that was recorded from the real services.

A recorded body is served to whatever the adapter asks next, so that each is read, whoever once asked for it. The table
shows what share of the records parsed and what share of the fields is filled: ``pytest -s`` prints it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from agent.errors import DocumentRejected, SourceFailed
from agent.job.records import Query
from agent.spec import JobSpec
from tests.workers.crawl.site_server import Answer, Route, SiteServer, running
from tests.workers.crawl.sources.replay import RECORDED
from tests.workers.crawl.sources.test_ocw import COURSE, CourseServer, file, job_on
from tests.workers.turns import LeapingTurns
from workers.crawl.http.address import named_endpoints
from workers.crawl.http.client import PoliteClient, client_for
from workers.crawl.http.services import Services
from workers.crawl.sources import scholar_of, services_for
from workers.parse.formats.ocw import is_ocw, read_ocw

FIELDS = ("doi", "title", "abstract", "authors", "date", "venue", "citations", "copies")


@dataclass(frozen=True)
class Body:
    """One recorded body, and how the adapter is made to read it."""

    text: bytes
    status: int
    asked: str
    """search: as a page of results; look_up: as what is known of one DOI."""
    records: int
    """Works in it."""


class OneAnswer(SiteServer):
    """Answers the next request with the body on its shelf, and finds nothing after."""

    def __init__(self) -> None:
        super().__init__({})
        self.shelf: list[Answer] = []

    def route(self, path: str) -> Route:
        """The body."""
        return self.shelf.pop() if self.shelf else Answer(status=404)


@dataclass
class Tally:
    """What became of a service's bodies."""

    bodies: int = 0
    records: int = 0
    unreadable: int = 0
    refused: int = 0
    """Bodies answered by a plain error: the recorded faults, and what is no work."""
    works: int = 0
    filled: Counter[str] = field(default_factory=Counter)

    def line(self, service: str) -> str:
        """A row of the table."""
        parsed = 1 - self.unreadable / max(1, self.records)
        shares = " ".join(f"{self.filled[name] / max(1, self.works):>9.0%}" for name in FIELDS)
        return f"{service:<16}{self.bodies:>7}{self.refused:>8}{self.records:>8}{parsed:>8.1%}{self.works:>7} {shares}"


@dataclass(frozen=True)
class Caller:
    """Who asks."""

    source: str
    spec: JobSpec
    http: PoliteClient
    services: Services


def recorded(service: str) -> Iterator[Body]:
    """The bodies of a service, one part at a time where it wraps several works in its own way."""
    index = RECORDED / service / "index.jsonl"
    if not index.is_file():
        pytest.skip("the recorded answers are not beside this checkout")
    for line in index.read_text().splitlines():
        exchange = json.loads(line)
        text = (RECORDED / service / exchange["file"]).read_bytes()
        try:
            content = json.loads(text)
        except ValueError:
            content = None
        status = int(exchange["status"])
        yield from _parts(service, content, status) if status == 200 and content else [Body(text, status, "look_up", 0)]


def _parts(service: str, content: Any, status: int) -> Iterator[Body]:
    def body(part: Any, asked: str, records: int) -> Body:
        return Body(json.dumps(part).encode(), status, asked, records)

    if service == "openalex":
        found = content.get("results")
        yield body(content, "search", len(found)) if found is not None else body(content, "look_up", 1)
    elif service == "crossref":
        message = content.get("message")
        items = message.get("items") if isinstance(message, dict) else None
        if items is None:
            yield body(content, "look_up", int(isinstance(message, dict) and "DOI" in message))
        else:
            yield body(content, "search", sum("DOI" in item for item in items))
    elif service == "semanticscholar":
        if isinstance(content, dict) and "paperId" not in content:
            yield body(content, "search", len(content.get("data") or ()))
        else:
            listed = content if isinstance(content, list) else [content]
            yield body(listed, "look_up", sum(each is not None for each in listed))
    elif "results" in content:
        yield from (body(each["response"], "look_up", 1) for each in content["results"])
    else:
        yield body(content, "look_up", 1)


def read_all(service: str) -> Tally:
    """Have the adapter read every body."""
    tally = Tally()
    with running(OneAnswer()) as server:
        job = JobSpec(
            model="m", subject="anything", sources=(f"urls:{server.base}",), retrieve={"contact": "me@example.org"},
            endpoints={f"{service}.api": f"{server.base}/"},
        )  # fmt: skip
        services = services_for(job.endpoints)
        named = named_endpoints(job.sources, job.endpoints.values())
        http = client_for(job, services, named=named, turns=LeapingTurns(), pulse=lambda: None)
        for number, body in enumerate(recorded(service)):
            server.shelf = [Answer(body.text, body.status, {"Content-Type": "application/json"})]
            scholar: Any = scholar_of(service)(Caller(service, job, http, services))
            tally.bodies += 1
            tally.records += body.records
            tally.refused += _read(scholar, body, number, tally)
            tally.unreadable += scholar.facts.get("unreadable", 0) if body.records else 0
    return tally


def _read(scholar: Any, body: Body, number: int, tally: Tally) -> bool:
    """Whether the body was refused as a whole."""
    try:
        if body.asked == "search":
            for item in scholar.search(Query(text=f"anything {number}"), max(1, body.records)):
                _count(item.candidate, item.text, tally)
        else:
            for work in scholar.look_up([f"10.5555/a,{number}"]):  # a comma: it is asked for alone where filters are
                _count(work, work.abstract, tally)
    except (SourceFailed, DocumentRejected):
        return not body.records
    return False


def _count(work: Any, abstract: str, tally: Tally) -> None:
    tally.works += 1
    shown = {name: getattr(work, name, None) for name in FIELDS} | {"abstract": abstract}
    tally.filled.update(name for name, value in shown.items() if value not in ("", (), None))


HEADER = f"{'service':<16}{'bodies':>7}{'refused':>8}{'records':>8}{'parsed':>8}{'works':>7} " + " ".join(
    f"{each:>9}" for each in FIELDS
)


@pytest.mark.parametrize(
    ("service", "least", "always"),
    [
        ("openalex", 12, ("doi", "title")),
        ("crossref", 400, ("doi", "title", "date", "citations")),
        # Most of its answers were recorded with one field alone: a title without an address makes no candidate.
        ("semanticscholar", 25, ("doi", "title")),
        ("unpaywall", 8, ("doi", "title", "date")),
    ],
)
def test_every_recorded_answer_is_read(service: str, least: int, always: tuple[str, ...]) -> None:
    tally = read_all(service)
    print(f"\n{HEADER}\n{tally.line(service)}")
    assert tally.unreadable == 0 and tally.works >= least
    for name in always:
        assert tally.filled[name] >= 0.75 * tally.works, name


def test_every_recorded_page_and_file_of_a_course_is_read(tmp_path: Path) -> None:
    folder = RECORDED / "mit_learn"
    records = sorted(folder.rglob("data.json"))
    if not records:
        pytest.skip("the recorded answers are not beside this checkout")
    known = [path for path in records if is_ocw(path.read_bytes())]
    read = {path: read_ocw(path.read_text(), "https://ocw.mit.edu/") for path in known if _has_text(path)}
    files = [content for path in known if (content := json.loads(path.read_text())).get("content_type") == "resource"]
    results = [file("pdf", f"r{number}") for number in range(len(files))]
    data = {f"{COURSE}/resources/r{number}/data.json": content for number, content in enumerate(files)}
    with running(CourseServer(results, [], data)) as server:
        job = job_on(server, tmp_path)
        job.discover()
    refused = [row.reason for row in job.rejected("discover", "0").values()]
    copies = [copy for item in job.candidates() for copy in item.copies]
    print(f"\nmit_learn: {len(records)} data.json, {len(known)} known by their fields, {len(read)} with text read;")
    print(f"of {len(files)} files {len(copies)} lead to a document, {len(refused)} refused: {refused}")
    assert known == records
    assert all(parsed.blocks for parsed in read.values())
    assert len(copies) + len(refused) == len(files) and all(each.licence.startswith("CC") for each in copies)
    assert set(refused) <= {"unsupported_format", "third_party"}


def _has_text(path: Path) -> bool:
    content = json.loads(path.read_text())
    return bool(content.get("content") or content.get("course_description_html"))
