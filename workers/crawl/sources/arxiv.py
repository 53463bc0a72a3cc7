"""``arxiv`` or ``arxiv:CATEGORIES``: preprints by arXiv's search, their licences by OAI-PMH."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from agent.errors import DocumentRejected, SourceFailed
from agent.job.records import Candidate, Copy, Evidence, Query
from workers.crawl.http.canonical import canonical_url, document_id
from workers.crawl.http.services import Service, Terms
from workers.crawl.media import HTML
from workers.crawl.sources.arxiv_records import Feed, Paper, read_feed, read_licence
from workers.crawl.sources.contract import Asks, Found, Refused, SearchContext

_API_TERMS = Terms(
    url="https://info.arxiv.org/help/api/tou.html",
    read_on="2026-11-22",
    says="Programs may ask once every three seconds over one connection, all machines of an operator together; what "
    "the search and OAI-PMH tell about papers is CC0.",
    licence="CC0-1.0",
)
_PAPER_TERMS = Terms(
    url="https://info.arxiv.org/help/robots.html",
    read_on="2026-11-22",
    says="Papers may be fetched as robots.txt says, slowly; each is under the licence that its authors chose.",
)
_API = Service(
    "arxiv.api",
    "https://export.arxiv.org/api/",
    _API_TERMS,
    interval_s=3.0,
    backoff_s=60.0,  # it answers 429 below its own limit; what helps is a pause of minutes
    patience_s=300.0,
    shares_limit_with="arxiv",
    fresh=timedelta(days=1),  # results change once a day, and the manual asks not to repeat a query within it
)
_OAI = Service(
    "arxiv.oai",
    "https://oaipmh.arxiv.org/oai",
    _API_TERMS,
    interval_s=3.0,
    backoff_s=60.0,  # it answers 429 below its own limit; what helps is a pause of minutes
    patience_s=300.0,
    shares_limit_with="arxiv",
    fresh=timedelta(days=7),
)
_PAPERS = Service(
    "arxiv.papers",
    "https://arxiv.org/",
    _PAPER_TERMS,
    access="crawl",
    interval_s=15.0,
    fresh=timedelta(days=30),  # what is fetched is one version of a paper, which does not change
)

LICENCES_PER_QUERY = 20
"""Papers of each query whose licence is asked for, best first: each is a request of its own every three seconds, so
that this is a minute for a query. The others state it in their HTML, or stay without and are not used."""

_PAGE = 100
"""Results of one request; up to 2000 are allowed and slow."""
_REACH = 30_000
"""Results that can be paged through at all."""
_EMPTY_PAGES = 3
"""Times that an empty page in the middle is asked for again: a fault of the service that passes."""

_HTML_SINCE = "2023-12"
"""arXiv makes HTML of what was submitted since then; asking for older papers' would cost 15 s each for a 404."""

_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)?(?:\.[A-Za-z-]+)?")
_WITH_SUBJECTS = frozenset(
    ("astro-ph", "cond-mat", "cs", "econ", "eess", "math", "nlin", "physics", "q-bio", "q-fin", "stat")
)
"""Archives whose papers stand in subject classes; the others are classes by themselves."""

_STOP_WORDS = frozenset(
    ("a", "an", "and", "as", "at", "by", "for", "from", "how", "in", "is", "of", "on", "or", "the", "to", "using",
     "via", "what", "with")
)  # fmt: skip


class Arxiv:
    """Searches titles and abstracts for the query as a phrase, and where no paper has it, everything for its words.

    Withdrawn papers are refused as ``withdrawn``.
    """

    services: ClassVar[tuple[Service, ...]] = (_API, _OAI, _PAPERS)
    asks: ClassVar[Asks] = "every_query"

    def __init__(self, context: SearchContext) -> None:
        self._context = context
        self._licences: dict[str, str] = {}
        self.facts: dict[str, Any] = {"licences_asked": 0, "licences_stated": 0}

    def search(self, query: Query, limit: int) -> Iterator[Found | Refused]:
        """Papers by arXiv's own relevance.

        Raises:
            SourceFailed: a category is none, arXiv answers an error, or stays empty before the last result.
        """
        within = categories(self._context.argument)
        budget = LICENCES_PER_QUERY
        for paper in self._papers(query.text, within, limit):
            if paper.withdrawn:
                yield Refused(self._candidate(paper), "withdrawn", "its authors withdrew it")
                continue
            if paper.id not in self._licences and budget > 0:
                budget -= 1
                budget = self._ask_licence(paper, budget)
            yield Found(self._candidate(paper), paper.abstract)
            self._context.progress(1)

    def _papers(self, text: str, within: str, limit: int) -> Iterator[Paper]:
        asked = phrase_query(text)
        first = self._page(f"{asked}{within}", 0, limit)
        if not first.total and (words := word_query(text)) not in ("", asked):
            asked = words
            first = self._page(f"{asked}{within}", 0, limit)
        total, seen, page = min(first.total, limit, _REACH), 0, first
        while True:
            yield from page.papers[: limit - seen]
            seen += len(page.papers)
            if seen >= total:
                return
            page = self._page(f"{asked}{within}", seen, limit)

    def _page(self, asked: str, start: int, limit: int) -> Feed:
        if not asked:
            return Feed(0, ())
        size = min(_PAGE, limit - start)
        for attempt in range(_EMPTY_PAGES + 1):
            answer = self._context.http.get(
                f"{self._context.services.base(_API)}query",
                {
                    "search_query": asked,
                    "start": start,
                    # Another size makes another address: the empty page may lie in the cache.
                    "max_results": size + attempt,
                    "sortBy": "relevance",
                    "sortOrder": "descending",
                },
            )
            feed = read_feed(answer.xml())
            if feed.papers or feed.total <= start:
                return feed
        raise SourceFailed(
            f"arXiv gives no results after the first {start} of {feed.total}, asked four times.",
            next_step="Ask again later, or take fewer with discover.results_per_query.",
        )

    def _ask_licence(self, paper: Paper, budget: int) -> int:
        """Ask for the licence of a paper; how many may still be asked for: none where OAI-PMH does not answer."""
        self.facts["licences_asked"] += 1
        try:
            answer = self._context.http.get(
                self._context.services.base(_OAI),
                {"verb": "GetRecord", "metadataPrefix": "arXiv", "identifier": f"oai:arXiv.org:{paper.id}"},
            )
            self._licences[paper.id] = read_licence(answer.xml())
        except DocumentRejected as error:
            self.facts["licences_fault"] = str(error)
            return 0
        except SourceFailed as error:
            self.facts["licences_fault"] = error.message
            return budget
        self.facts["licences_stated"] += bool(self._licences[paper.id])
        return budget

    def _candidate(self, paper: Paper) -> Candidate:
        url = canonical_url(f"https://arxiv.org/abs/{paper.id}")
        base = self._context.services.base(_PAPERS)
        licence = self._licences.get(paper.id, "")
        forms = [("html", HTML)] if paper.updated >= _HTML_SINCE else []
        forms.append(("pdf", "application/pdf"))
        return Candidate(
            id=document_id(url),
            url=url,
            source=self._context.source,
            title=paper.title,
            score=0.0,
            authors=paper.authors,
            date=paper.submitted[:10],
            venue=paper.journal or "arXiv",
            doi=paper.doi,
            licence=licence,
            copies=tuple(
                Copy(url=f"{base}{form}/{paper.named}", media_type=media_type, licence=licence, version="submitted")
                for form, media_type in forms
            ),
            evidence=self._evidence(paper, licence),
        )

    def _evidence(self, paper: Paper, licence: str) -> tuple[Evidence, ...]:
        if not licence:
            return ()
        url = f"{_OAI.base}?verb=GetRecord&metadataPrefix=arXiv&identifier=oai:arXiv.org:{paper.id}"
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return (Evidence(kind="licence", url=url, line=f"license: {licence}", time=now),)


def phrase_query(text: str) -> str:
    """The text as a phrase in title or abstract, in the search's own syntax; '' for text without words."""
    phrase = " ".join(_words(text))
    return f'(ti:"{phrase}" OR abs:"{phrase}")' if phrase else ""


def word_query(text: str) -> str:
    """Every word that says something, anywhere in the record; '' where there is none."""
    words = [word for word in _words(text) if word.lower() not in _STOP_WORDS]
    return f"({' AND '.join(f'all:{word}' for word in words)})" if words else ""


def categories(argument: str) -> str:
    """The condition that restricts a search to categories: ``quant-ph``, ``cs.ET``, a whole archive as ``cs``; several
    with commas. '' for none.

    Raises:
        SourceFailed: one is not written like a category.
    """
    names = [name.strip() for name in argument.split(",") if name.strip()]
    for name in names:
        if not _CATEGORY.fullmatch(name):
            raise SourceFailed(
                f"{name!r} is no arXiv category.", next_step="Write for example arxiv:quant-ph or arxiv:cs.ET,math."
            )
    wanted = [f"cat:{name}.*" if name in _WITH_SUBJECTS else f"cat:{name}" for name in names]
    return f" AND ({' OR '.join(wanted)})" if wanted else ""


def _words(text: str) -> list[str]:
    """Words and numbers; the search takes brackets, quotes and colons for its own."""
    return re.findall(r"[\w.+'’-]*\w[\w.+'’-]*", text)
