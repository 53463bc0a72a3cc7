"""All sources at once: the shipped protocol servers side by side, with works that several of them know.

``python -m tests.workers.crawl.world`` serves it until Ctrl-C and prints the options for ``finetune discover``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from tests.workers.crawl.site_server import Answer, SiteServer, page, running
from tests.workers.crawl.sources.arxiv_server import OWN, ArxivServer, Preprint
from tests.workers.crawl.sources.pubmed_server import Citation, Deposit, PubMedServer
from tests.workers.crawl.sources.scholar_server import Library, Paper, ScholarServer
from tests.workers.crawl.sources.wikipedia_server import Article, WikipediaServer

SHARED_DOI = "10.5555/shared.1"
"""A work that arXiv, OpenAlex and Crossref know."""
RETRACTED_DOI = "10.5555/retracted.1"

_PREPRINTS = (
    Preprint("2105.00001", "Quantum computing with trapped ions", "We entangle qubits by gates on trapped ions.",
             doi=SHARED_DOI),
    Preprint("2105.00002", "Quantum computing under the archive's own licence", "Quantum gates on qubits, kept.",
             licence=OWN),
    Preprint("2105.00003", "Quantum computing with surface codes", "Quantum error correction keeps logical qubits."),
)  # fmt: skip

_CITATIONS = (
    Citation("31", "Quantum computing of protein folding", "A quantum computer samples how proteins fold with qubits.",
             doi="10.5555/fold.1", deposit=Deposit("PMC31")),
    Citation("32", "Quantum computing behind a wall", "Quantum gates on qubits; its text is not open."),
)  # fmt: skip

_PAPERS = (
    Paper(SHARED_DOI, "Quantum computing with trapped ions", "We entangle qubits by gates on trapped ions.",
          citations=40),
    Paper("10.5555/anneal.1", "Quantum computing by annealing", "Quantum annealers relax coupled qubits.", citations=7),
    Paper(RETRACTED_DOI, "Quantum computing that was withdrawn", "Quantum gates of qubits, withdrawn.", retracted=True),
)  # fmt: skip

_ARTICLES = (
    Article(1, "Quantum computing", "Quantum computing applies quantum gates to entangled qubits.",
            links=("Qubit", "Quantum error correction"), lead_links=("Qubit",), categories=("Quantum information",),
            redirects=("Quantum computation",)),
    Article(2, "Qubit", "A qubit is a quantum computing system of two states, a unit of quantum information."),
    Article(3, "Rose", "A rose is a woody plant of the garden."),
)  # fmt: skip

_BY = '<link rel="license" href="https://creativecommons.org/licenses/by/4.0/">'
_SITE = {
    "/robots.txt": Answer("User-agent: *\nDisallow: /closed\n"),
    "/": page("gates.html", "roses.html", "closed/notes.html", title="Quantum computing primer", head=_BY,
              text="A primer of quantum computing with qubits and quantum gates."),
    "/gates.html": page(title="Quantum gates", head=_BY, text="Quantum gates turn the states of qubits. " * 5),
    "/papers/1.html": page(title="Quantum computing by annealing", head=_BY,
                           text="Quantum annealers relax coupled qubits to their ground state. " * 5),
    "/roses.html": page(title="Roses", head=_BY, text="Prune roses in late winter and mulch the bed. " * 5),
}  # fmt: skip


@dataclass(frozen=True)
class World:
    """The servers' addresses."""

    endpoints: dict[str, str]
    site: str
    """``site:`` source of a small web site."""
    broken_site: str
    """``site:`` source of a server that is always busy."""

    @property
    def sources(self) -> list[str]:
        """Every source there is, those that must fail included."""
        return ["arxiv", "pubmed", "wikipedia", "openalex", "crossref", self.site, self.broken_site, "ieee", "khan",
                "coursera"]  # fmt: skip


@contextmanager
def serving_world() -> Iterator[World]:
    """All servers, until the block ends."""
    with ExitStack() as stack:
        arxiv = stack.enter_context(running(ArxivServer(_PREPRINTS)))
        pubmed = stack.enter_context(running(PubMedServer(_CITATIONS)))
        wikipedia = stack.enter_context(running(WikipediaServer(_ARTICLES)))
        site = stack.enter_context(running(SiteServer(dict(_SITE))))
        busy = stack.enter_context(running(SiteServer({"/robots.txt": Answer(status=503)})))
        library = [replace(paper, open_at=f"{site.base}/papers/{number}.html") for number, paper in enumerate(_PAPERS)]
        scholars = stack.enter_context(running(ScholarServer(Library(library))))
        endpoints = {
            **arxiv.endpoints,
            **pubmed.endpoints,
            **scholars.endpoints,
            "wikipedia.en": wikipedia.endpoint,
        }
        yield World(endpoints, f"site:{site.base}/", f"site:{busy.base}/")


def main() -> None:
    """Serve the world and say how to ask it."""
    with serving_world() as world:
        words = [f"--source {source}" for source in world.sources]
        words.append(f"--set endpoints='{json.dumps(world.endpoints)}'")
        print(" \\\n  ".join(['finetune discover "quantum computing"', *words]), flush=True)
        while True:
            time.sleep(60)


if __name__ == "__main__":
    main()
