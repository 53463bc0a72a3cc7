"""Floors under what a subject becomes: queries that find its sub-topics, and phrases that a person would search for."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from lxml import etree

from agent.job.records import Candidate, Query
from workers.crawl.expand.concepts import concepts
from workers.crawl.expand.feedback import Feedback
from workers.crawl.expand.nearest import nearest
from workers.crawl.expand.queries import queries
from workers.crawl.expand.topics import groups, topic_map
from workers.crawl.glance import glance
from workers.crawl.media import declared_type
from workers.crawl.sources.contract import Found
from workers.topics.wording import count, form

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
SUBJECT = "quantum computing"
FIRST_RESULTS, QUERIES, RESULTS = 30, 12, 20
"""What the subject alone is taken to have found, queries of the expansion, and results of each."""

PARTS = (
    "error correction", "annealing", "teleportation", "entanglement", "phase estimation", "Grover", "Shor",
    "oracle", "superdense", "key distribution", "Fourier transform", "Hamiltonian", "density matrix", "stabilizer",
    "ion", "surface code", "QUBO", "Ising", "resource estimation", "decoder", "master equation", "Deutsch", "noise",
    "Bell", "CNOT", "T gate", "classifier", "random number", "Toffoli", "adjoint",
)  # fmt: skip
"""Words for sub-topics that the corpus has between 3 and 19 documents on."""

LEAST_MENTIONS = 2
RECALL = 0.43
"""Share of a part's documents that the twelve queries find, mean over the parts: 0.47 when pinned. Reading
on in the subject's own results until there are as many documents gives 0.42."""

GAIN = 1.05
"""Of that recall over the subject's own results at the same number of documents: 1.12 when pinned. Broad queries cannot
raise it: each of their results makes the other side longer too."""

ON_SUBJECT = 0.90
"""Share of the documents beyond the subject's own results that speak of quantum things: 0.95 when pinned."""

PRECISION_OF_PHRASES, PRECISION_OF_QUERIES = 0.74, 0.84
"""Over three subjects, against the hand-checked list: 0.76 and 0.88 when pinned."""

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the recorded material is not beside this checkout")


def corpus() -> list[Found]:
    """The documents on quantum computing as a folder source sees them; PDFs are not looked into there."""
    root = DATA / "corpus-quantum"
    paths = [root / json.loads(line)["path"] for line in (root / "manifest.jsonl").read_text().splitlines()]
    seen = [(path, glance(path.read_bytes(), declared_type(str(path)) or "text/plain")) for path in paths]
    return [find(str(path), look.title, look.text) for path, look in seen if look.text]


def preprints() -> list[Found]:
    """The recorded answers of arXiv to "testing"."""
    atom = "{http://www.w3.org/2005/Atom}"
    entries = [
        entry
        for file in sorted((DATA / "recorded" / "arxiv").glob("q_testing*"))
        for entry in etree.parse(file).iter(f"{atom}entry")
    ]
    titles = {" ".join(entry.findtext(f"{atom}title").split()): entry.findtext(f"{atom}summary") for entry in entries}
    return [find(title, title, summary) for title, summary in titles.items()]


def abstracts() -> list[Found]:
    """The recorded PubMed records, of many subjects."""
    quiet = etree.XMLParser(recover=True, load_dtd=False, no_network=True)
    articles = [
        article
        for file in sorted((DATA / "recorded" / "ncbi").glob("*/*.xml"))
        for article in etree.parse(file, quiet).iter("PubmedArticle")
    ]
    return [
        find(str(number), told(each, "ArticleTitle"), told(each, "AbstractText"))
        for number, each in enumerate(articles)
    ]


def told(article: etree._Element, tag: str) -> str:
    return " ".join(" ".join(element.itertext()) for element in article.iter(tag))


def find(name: str, title: str, text: str) -> Found:
    return Found(Candidate(id=name, url=f"https://x.example/{name}", source="x", title=title, score=0), text)


def asked(subject: str, first: Sequence[Found]) -> tuple[Query, ...]:
    return queries(subject, groups(subject, concepts(Feedback().propose(subject, first).phrases, subject)), QUERIES)


@pytest.fixture(scope="module")
def documents() -> list[Found]:
    return corpus()


def test_the_queries_find_what_the_subjects_own_results_miss(documents: list[Found]) -> None:
    words = [form(f"{item.candidate.title}. {item.text}") for item in documents]
    search = searcher(words)
    parts = [{at for at, text in enumerate(words) if count(form(part), text) >= LEAST_MENTIONS} for part in PARTS]
    own = set(search(SUBJECT, RESULTS))
    expansion = asked(SUBJECT, nearest(SUBJECT, documents)[:FIRST_RESULTS])
    found = {at for query in expansion for at in search(query.text, RESULTS)}
    reading_on = set(search(SUBJECT, len(found)))
    recall, other = (sum(len(part & got) / len(part) for part in parts) / len(parts) for got in (found, reading_on))
    on_subject = [bool({"quantum", *form("qubit")} & set(words[at])) for at in found - own]
    print(f"{[query.text for query in expansion]}: recall {recall:.3f}, reading on {other:.3f}, "
          f"on subject {sum(on_subject) / len(on_subject):.3f}")  # fmt: skip
    assert recall >= RECALL
    assert recall >= GAIN * other
    assert sum(on_subject) / len(on_subject) >= ON_SUBJECT


def searcher(words: Sequence[tuple[str, ...]]) -> Callable[[str, int], list[int]]:
    """A search service in small: BM25 over the stems."""
    import bm25s

    index = bm25s.BM25()
    index.index([list(text) for text in words], show_progress=False)

    def search(query: str, limit: int) -> list[int]:
        scores = index.get_scores(list(form(query)))
        best = sorted(range(len(scores)), key=lambda at: (-scores[at], at))[:limit]
        return [at for at in best if scores[at] > 0]

    return search


def test_phrases_and_queries_are_what_a_person_would_search_for(documents: list[Found]) -> None:
    listed = tomllib.loads((Path(__file__).parent / "expansion_phrases.toml").read_text(encoding="utf-8"))
    right: dict[str, list[bool]] = {"phrases": [], "queries": []}
    for subject, first in (
        (SUBJECT, nearest(SUBJECT, documents)[:FIRST_RESULTS]),
        ("software testing", nearest("software testing", preprints())),
        ("cancer treatment", nearest("cancer treatment", abstracts())),
    ):
        good = {form(phrase) for phrase in listed[subject]["good"]}
        good |= {phrase + form(subject) for phrase in good}
        proposed = [phrase.text for phrase in Feedback().propose(subject, first).phrases]
        searched = [query.text for query in asked(subject, first)[1:]]
        right["phrases"] += [form(text) in good for text in proposed]
        right["queries"] += [form(text) in good for text in searched]
        print(subject, "| junk:", [text for text in proposed if form(text) not in good])
    precision = {name: sum(judged) / len(judged) for name, judged in right.items()}
    print(precision)
    assert len(right["phrases"]) >= 60, "few phrases are easily precise"
    assert precision["phrases"] >= PRECISION_OF_PHRASES
    assert precision["queries"] >= PRECISION_OF_QUERIES


def test_the_topic_map_has_the_large_parts_of_the_corpus(documents: list[Found]) -> None:
    first = nearest(SUBJECT, documents)
    topics = topic_map(SUBJECT, concepts(Feedback().propose(SUBJECT, first).phrases, SUBJECT))
    named = {stem for topic in topics.topics for name in (topic.name, *topic.phrases) for stem in form(name)}
    large = ("qubit", "gate", "circuit", "algorithm", "annealing", "teleportation", "oracle", "simulator", "hardware")
    assert [part for part in large if not set(form(part)) <= named] == []
    assert 15 <= len(topics.topics) <= 20
    assert topics.topics[0].weight < 0.3, "one topic holds nearly everything"
