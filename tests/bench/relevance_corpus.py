"""Documents with grades for measuring relevance to "quantum computing": a real corpus mixed with pages, papers and
posts about other things.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agent.job.records import Candidate, Topic, TopicMap
from workers.crawl.glance import glance
from workers.crawl.media import declared_type
from workers.crawl.sources.contract import Found

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
SITE = Path(__file__).resolve().parents[2] / "agent" / "demo" / "site"
GRADES = Path(__file__).with_name("relevance_grades.tsv")
OTHER_SUBJECT = "software testing"
OTHER_GRADES = Path(__file__).with_name("relevance_grades_testing.tsv")

TOPICS = TopicMap(
    subject="quantum computing",
    topics=tuple(
        Topic(name=name, weight=weight, phrases=phrases, origin="llm")
        for name, weight, phrases in (
            ("qubits and quantum states", 0.12, ("qubit", "superposition", "Bloch sphere", "density matrix")),
            ("quantum gates and circuits", 0.14, ("quantum circuit", "unitary", "Hadamard gate", "controlled NOT")),
            ("quantum measurement", 0.08, ("measurement basis", "Pauli measurement", "projective measurement")),
            ("entanglement and quantum protocols", 0.10, ("Bell pair", "teleportation", "superdense coding", "CHSH")),
            ("quantum algorithms", 0.14, ("Shor's algorithm", "Grover search", "phase estimation", "quantum oracle")),
            ("quantum error correction", 0.12, ("stabilizer code", "surface code", "syndrome", "fault tolerance")),
            ("quantum annealing", 0.10, ("QUBO", "Ising model", "quantum annealer", "minor embedding")),
            ("quantum hardware", 0.08, ("superconducting qubit", "trapped ion", "neutral atom", "decoherence")),
            ("quantum programming languages", 0.07, ("OpenQASM", "Q#", "Qiskit", "quantum simulator")),
            ("quantum cryptography and complexity", 0.05, ("quantum key distribution", "BB84", "BQP")),
        )
    ),
)  # fmt: skip
"""As a model asked for the parts of the subject would write it; set before anything was measured, not changed since."""


@dataclass(frozen=True)
class Graded:
    """One document, as a source would hand it to the ranking, with its grade by hand."""

    path: str
    grade: int
    """2: one learns the subject from it; 1: near it; 0: about something else. See relevance_grades.tsv."""
    found: Found

    @property
    def relevant(self) -> bool:
        """Whether a corpus should hold it."""
        return self.grade == 2

    @property
    def tuning(self) -> bool:
        """Which half it belongs to: weights are chosen on the one, figures come from the other."""
        return hashlib.sha256(self.path.encode()).digest()[0] % 2 == 0


def regraded(items: Iterable[Graded]) -> list[Graded]:
    """The same documents with their grades for `OTHER_SUBJECT`."""
    grades = _grades(OTHER_GRADES)
    return [replace(item, grade=grades.get(item.path, 0)) for item in items]


def documents() -> list[Graded]:
    """Every document that has text, in order of path; each text once."""
    grades = _grades(GRADES)
    items: dict[str, Graded] = {}
    seen = set()
    for path, source, title, text, more in (*_corpus(), *_demo(), *_pages(), *_arxiv(), *_pubmed(), *_crossref()):
        if not text or text in seen:
            continue
        seen.add(text)
        usual = 2 if path.startswith(("corpus-quantum/", "agent/")) else 0
        if source.startswith(("dir:", "site:")):
            more["blob"] = hashlib.sha256(text.encode()).hexdigest()  # the source had the document and not an abstract
        candidate = Candidate(id=path, url=f"test:{path}", source=source, title=title, score=0.0, **more)
        items[path] = Graded(path, grades.get(path, usual), Found(candidate, text))
    unknown = {
        path for path in grades if not (DATA / path).is_file() and not path.startswith(("agent/", "html/", "arx"))
    }
    assert not unknown, f"graded, but not there: {sorted(unknown)[:3]}"
    return [items[path] for path in sorted(items)]


def _grades(file: Path) -> dict[str, int]:
    lines = (line.split("\t") for line in file.read_text().splitlines() if not line.startswith("#"))
    return {path: int(grade) for grade, path in lines}


Item = tuple[str, str, str, str, dict[str, Any]]
"""Path, source, title, opening, and what else the source says of the document."""


def _corpus() -> Iterator[Item]:
    for line in (DATA / "corpus-quantum" / "manifest.jsonl").read_text().splitlines():
        entry = json.loads(line)
        file = DATA / "corpus-quantum" / entry["path"]
        seen = glance(file.read_bytes(), declared_type(file.as_uri()))
        yield f"corpus-quantum/{entry['path']}", "dir:corpus-quantum", seen.title, seen.text, {}


def _demo() -> Iterator[Item]:
    for file in sorted(SITE.rglob("*")):
        kind = declared_type(file.as_uri())
        if file.is_file() and kind and file.name != "robots.txt":
            seen = glance(file.read_bytes(), kind)
            path = f"agent/demo/site/{file.relative_to(SITE).as_posix()}"
            yield path, "site:http://127.0.0.1/", seen.title, seen.text, {}


def _pages() -> Iterator[Item]:
    for line in (DATA / "html" / "gold.jsonl").read_text().splitlines():
        entry = json.loads(line)
        body = gzip.decompress((DATA / "html" / "pages" / f"{entry['id']}.html.gz").read_bytes())
        seen = glance(body, "text/html")
        yield f"html/{entry['id']}", "site:web", seen.title, seen.text, {"date": entry.get("publish_date") or ""}


def _arxiv() -> Iterator[Item]:
    atom = "{http://www.w3.org/2005/Atom}"
    for file in sorted((DATA / "recorded" / "arxiv").glob("*.xml")):
        for entry in ElementTree.fromstring(file.read_bytes()).iter(f"{atom}entry"):
            name = (entry.findtext(f"{atom}id") or "").partition("/abs/")[2]
            published = (entry.findtext(f"{atom}published") or "")[:10]
            if name:
                title, summary = _line(entry.findtext(f"{atom}title")), _line(entry.findtext(f"{atom}summary"))
                yield f"arxiv/{name}", "arxiv", title, summary, {"date": published, "venue": "arXiv"}


def _pubmed() -> Iterator[Item]:
    for file in sorted((DATA / "recorded" / "ncbi").rglob("*.xml")):
        try:
            root = ElementTree.fromstring(file.read_bytes())
        except ElementTree.ParseError:
            continue  # the recordings hold broken answers too
        for number, article in enumerate(root.iter("Article")):
            title = article.find("ArticleTitle")
            text = _line(" ".join(" ".join(part.itertext()) for part in article.iter("AbstractText")))
            if title is not None:
                more = {"date": article.findtext(".//PubDate/Year") or "", "venue": _line(article.findtext(".//Title"))}
                yield f"pubmed/{file.stem}-{number}", "pubmed", _line("".join(title.itertext())), text, more


def _crossref() -> Iterator[Item]:
    """Abstracts of papers with their citation counts, from two services that write them alike."""
    for service in ("crossref", "semanticscholar"):
        for file in sorted((DATA / "recorded" / service).glob("*.json")):
            try:
                answer = json.loads(file.read_text())
            except ValueError:
                continue
            for number, work in enumerate(_works(answer)):
                title = work["title"][0] if isinstance(work["title"], list) else work["title"]
                cited = work.get("is-referenced-by-count", work.get("citationCount"))
                year = str(work.get("year") or (work.get("issued", {}).get("date-parts") or [[""]])[0][0] or "")
                more = {"citations": cited, "date": year, "doi": str(work.get("DOI", "")).lower()}
                text = _line(re.sub(r"<[^>]+>", " ", work["abstract"]))
                yield f"{service}/{file.stem}-{number}", service, _line(title), text, more


def _works(answer: object) -> Iterator[dict[str, Any]]:
    if isinstance(answer, dict):
        if isinstance(answer.get("abstract"), str) and answer.get("title"):
            yield answer
        for value in answer.values():
            yield from _works(value)
    elif isinstance(answer, list):
        for value in answer:
            yield from _works(value)


def _line(text: str | None) -> str:
    return " ".join((text or "").split())
