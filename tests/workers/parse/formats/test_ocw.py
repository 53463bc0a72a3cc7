"""OpenCourseWare's data.json: the fragment is read, what belongs to others is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agent.errors import DocumentRejected
from workers.parse.formats.ocw import read_ocw
from workers.parse.read import ReadRequest, read
from workers.parse.route import Format, route

PROSE = "<p>A qubit is a unit vector in a complex plane, and a gate is a rotation that turns it without loss.</p>"
NOTICE = "This content is excluded from our Creative Commons license. See the help page on fair use."


def data(content: str, **fields: Any) -> str:
    """A page's data.json."""
    return json.dumps({"title": "Lecture 3", "content": content, "content_type": "page", "uid": "u-3", **fields})


def texts(content: str) -> str:
    """What is read of a page."""
    return "\n".join(block.text for block in read_ocw(data(content)).blocks)


def test_a_page_is_routed_by_its_fields_and_read_with_title_and_licence() -> None:
    body = data(f"<h2>Qubits</h2>{PROSE}", license="https://creativecommons.org/licenses/by-nc-sa/4.0/").encode()
    assert route(body, "application/json", "https://ocw.mit.edu/x/data.json").format is Format.OCW
    reading = read(body, ReadRequest(url="https://ocw.mit.edu/x/", media_type="application/json", max_pages=5), _ignore)
    assert (reading.parsed.title, reading.parsed.licence) == ("Lecture 3", "CC-BY-NC-SA-4.0")
    assert [block.text for block in reading.parsed.blocks if block.level] == ["Qubits"]
    assert any("unit vector" in block.text for block in reading.parsed.blocks)


def test_a_course_is_read_by_its_description_with_its_teachers() -> None:
    course = {
        "course_title": "Invented Quantum Computing", "course_description_html": PROSE, "site_uid": "s", "year": "2031",
        "instructors": [{"title": "Prof. Ada Rhee"}, {"title": None}],
    }  # fmt: skip
    parsed = read_ocw(json.dumps(course))
    assert (parsed.title, parsed.authors, parsed.date) == ("Invented Quantum Computing", ("Prof. Ada Rhee",), "2031")


@pytest.mark.parametrize(
    "theirs",
    [
        f"<figure><img src='x.png'/><figcaption>Courtesy of a press. {NOTICE}</figcaption>secret words</figure>",
        f"<blockquote>secret words</blockquote><p>{NOTICE}</p>",
        f"<table><tr><td>secret words</td></tr><tr><td>{NOTICE}</td></tr></table>",
        f"<div class='theirs'>secret words, by permission. {NOTICE}</div>",
    ],
)
def test_the_parts_of_third_parties_are_left_out(theirs: str) -> None:
    read_text = texts(f"{PROSE}{theirs}{PROSE.replace('qubit', 'ququart')}")
    assert "secret words" not in read_text and "Creative Commons" not in read_text
    assert "A qubit is" in read_text and "A ququart is" in read_text


def test_other_json_is_not_taken_for_a_course() -> None:
    with pytest.raises(DocumentRejected) as caught:
        route(b'{"content": "x"}', "application/json", "https://example.org/data.json")
    assert caught.value.reason == "unsupported_format"


@pytest.mark.parametrize(("text", "reason"), [("{broken", "corrupt_json"), (data(f"<p>{NOTICE}</p>"), "no_text")])
def test_what_cannot_be_read_is_rejected(text: str, reason: str) -> None:
    with pytest.raises(DocumentRejected) as caught:
        read_ocw(text)
    assert caught.value.reason == reason


def _ignore(done: int, total: int) -> None:
    """No page is waited for."""
