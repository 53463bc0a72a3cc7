"""MIT OpenCourseWare: found through MIT Learn's search, fetched as data.json or as the file that it names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from agent.errors import NotEnoughData
from tests.workers.crawl.site_server import Answer, Route, SiteServer, running
from tests.workers.crawl.units import CrawlJob

OFFLINE = {"expand": [], "look_up": [], "min_relevance": 0.0}
CC = "https://creativecommons.org/licenses/by-nc-sa/4.0/"
COURSE = "courses/8-999-invented-quantum-computing-fall-2031"


def file(kind: str, name: str, **fields: Any) -> dict[str, Any]:
    """One result of the content file search, nulls where the service has nothing."""
    folder = "pages" if kind == "page" else "resources"
    return {
        "id": 7, "run_title": "Invented Quantum Computing", "year": 2031, "title": name, "content_title": None,
        "content_author": "Rhee, A." if kind == "pdf" else None, "content_language": "en", "content_type": kind,
        "url": f"https://ocw.mit.edu/{COURSE}/{folder}/{name}/", "description": None,
        "content": f"Notes on quantum computing: {name}.", "topics": [], "departments": [], **fields,
    }  # fmt: skip


def resource(**fields: Any) -> dict[str, Any]:
    """The data.json of a file."""
    return {
        "title": "Lecture notes", "content": "", "content_type": "resource", "uid": "u-1", "license": CC,
        "file": f"https://storage.example/{COURSE}/notes.pdf", "file_type": "application/pdf",
        "video_files": {"video_transcript_file": "", "video_captions_file": None}, **fields,
    }  # fmt: skip


class CourseServer(SiteServer):
    """MIT Learn's search and the courses' site."""

    def __init__(self, files: list[dict[str, Any]], courses: list[dict[str, Any]], data: dict[str, Any]) -> None:
        super().__init__({})
        self.results = {"content_file_search": files, "learning_resources_search": courses}
        self.data = data
        self.fault: Answer | None = None

    @property
    def endpoints(self) -> dict[str, str]:
        """What a job specification takes to ask this server."""
        return {"ocw.search": f"{self.base}/api/v1/", "ocw.site": f"{self.base}/site/"}

    def route(self, path: str) -> Route:
        """A page of results, or a file of the site."""
        parts = urlsplit(path)
        name = parts.path.rstrip("/").rpartition("/")[2]
        if name in self.results:
            asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
            return self.fault or self._found(self.results[name], int(asked["offset"]), int(asked["limit"]))
        content = self.data.get(parts.path.removeprefix("/site/"))
        if content is None:
            return Answer(status=404)
        if isinstance(content, Answer):
            return content
        return Answer(json.dumps(content), headers={"Content-Type": "application/json"})

    def _found(self, items: list[dict[str, Any]], offset: int, size: int) -> Answer:
        after = f"https://api.learn.mit.edu/api/v1/next?offset={offset + size}" if offset + size < len(items) else None
        page = {"count": len(items), "next": after, "previous": None, "results": items[offset : offset + size]}
        return Answer(json.dumps(page | {"metadata": {"aggregations": {}, "suggestions": []}}))


@contextmanager
def serving_courses(*files: dict[str, Any], courses: Any = (), **data: Any) -> Iterator[CourseServer]:
    """The server, until the block ends; ``data`` are the site's files by the last folder of their path."""
    found = {f"{COURSE}/resources/{name}/data.json": content for name, content in data.items()}
    with running(CourseServer(list(files), list(courses), found)) as server:
        yield server


def job_on(server: CourseServer, root: Path, **discover: Any) -> CrawlJob:
    """A job that asks the server for courses."""
    permission = {"profile": "noncommercial", "intended_use": "noncommercial"}
    return CrawlJob(root, ["ocw"], endpoints=server.endpoints, discover=OFFLINE | discover, permission=permission)


def test_a_page_is_found_with_its_course_and_licence_and_fetched_as_its_data(tmp_path: Path) -> None:
    with serving_courses(file("page", "syllabus")) as server:
        content = {"title": "Syllabus", "content": "<p>Qubits.</p>", "content_type": "page", "uid": "u"}
        server.data[f"{COURSE}/pages/syllabus/data.json"] = content
        job = job_on(server, tmp_path)
        outcome = job.discover()
        (kept,) = job.candidates()
        assert kept.url == f"https://ocw.mit.edu/{COURSE}/pages/syllabus/"
        assert (kept.title, kept.venue, kept.date, kept.language) == (
            "syllabus", "MIT OpenCourseWare: Invented Quantum Computing", "2031", "en",
        )  # fmt: skip
        assert kept.licence == "CC-BY-NC-SA-4.0" and kept.evidence[0].kind == "terms"
        (copy,) = kept.copies
        assert copy.media_type == "application/vnd.mit-ocw+json" and copy.url.endswith("/pages/syllabus/data.json")
        job.retrieve(outcome.successors[0])
    (page,) = job.pages()
    assert json.loads(job.store.get_blob(page.blob)) == content


def test_lecture_notes_are_the_file_that_their_record_names(tmp_path: Path) -> None:
    with serving_courses(file("pdf", "notes"), notes=resource()) as server:
        job = job_on(server, tmp_path)
        job.discover()
        (copy,) = job.candidates()[0].copies
        assert (copy.url, copy.media_type) == (f"{server.base}/site/{COURSE}/notes.pdf", "application/pdf")
    assert copy.licence == "CC-BY-NC-SA-4.0"


def test_a_video_is_read_by_its_transcript(tmp_path: Path) -> None:
    files = {"video_transcript_file": f"{COURSE}/lecture_transcript.pdf"}
    video = resource(file=f"/{COURSE}/lecture.mp4", file_type="video/mp4", video_files=files)
    silent = resource(file=f"/{COURSE}/silent.mp4", file_type="video/mp4", video_files=None)
    with serving_courses(file("video", "talk"), file("video", "silent"), talk=video, silent=silent) as server:
        job = job_on(server, tmp_path)
        job.discover()
    (kept,) = job.candidates()
    assert kept.copies[0].url.endswith("/lecture_transcript.pdf")
    (refused,) = job.rejected("discover", "0").values()
    assert (refused.reason, refused.detail) == ("unsupported_format", "video/mp4, and no transcript")


@pytest.mark.parametrize("licence", ["", "https://en.wikipedia.org/wiki/All_rights_reserved"])
def test_what_belongs_to_others_is_refused(tmp_path: Path, licence: str) -> None:
    with serving_courses(file("page", "home"), file("pdf", "notes"), notes=resource(license=licence)) as server:
        job = job_on(server, tmp_path)
        job.discover()
    assert [row.reason for row in job.rejected("discover", "0").values()] == ["third_party"]


def test_a_file_whose_record_cannot_be_had_is_a_fault_and_the_others_go_on(tmp_path: Path) -> None:
    broken = Answer("<html>error</html>", headers={"Content-Type": "text/html"})
    with serving_courses(file("page", "home"), file("pdf", "gone"), file("pdf", "odd"), odd=broken) as server:
        job = job_on(server, tmp_path)
        job.discover()
    assert len(job.candidates()) == 1
    faults = sorted((row.reason, row.failed) for row in job.rejected("discover", "0").values())
    assert faults == [("http_404", True), ("unreadable", True)]


def test_courses_fill_up_what_pages_leave_of_the_limit(tmp_path: Path) -> None:
    course = {
        "id": 3, "title": "Invented Quantum Computing", "url": f"https://ocw.mit.edu/{COURSE}", "description": "Short.",
        "full_description": "<p>A course on quantum computing.</p>", "resource_type": "course",
        "runs": [{"year": 2031, "instructors": [{"full_name": "Ada Rhee"}, {"full_name": None}]}],
    }  # fmt: skip
    with serving_courses(file("page", "home"), courses=[course, {"title": "no address", "url": None}]) as server:
        job = job_on(server, tmp_path)
        job.discover()
    found = {item.url: item for item in job.candidates()}
    whole = found[f"https://ocw.mit.edu/{COURSE}/"]
    assert (whole.authors, whole.date) == (("Ada Rhee",), "2031") and len(found) == 2
    assert whole.copies[0].url.endswith(f"/{COURSE}/data.json")


def test_results_are_paged_by_offset_and_never_at_an_address_that_an_answer_names(tmp_path: Path) -> None:
    with serving_courses(*(file("page", f"p{number}") for number in range(130))) as server:
        job = job_on(server, tmp_path, results_per_query=120)
        job.discover()
        asked = [path for _, path, _ in server.asked if "content_file_search" in path]
    assert len(job.candidates()) == 120
    assert [parse_qs(urlsplit(path).query)["offset"] for path in asked] == [["0"], ["50"], ["100"]]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Answer(status=429, headers={"Retry-After": "86400"}), "Try again later"),
        (Answer(status=403), "refuses us"),
        (Answer('{"count": 0, "next": null, "results": []}'), "nothing there"),
        (Answer('{"detail": "moved"}'), "unknown form: results"),
        (Answer("<html></html>"), "no JSON"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, fault: Answer, told: str) -> None:
    with serving_courses() as server:
        server.fault = fault
        with pytest.raises(NotEnoughData) as caught:
            job_on(server, tmp_path).discover()
    assert told in str(caught.value)
