"""A Wikipedia through MediaWiki's action API: search, what a page is, and how its subject is called and connected.

Protocol: https://www.mediawiki.org/wiki/API:Query (lists are continued with what ``continue`` says, verbatim) and
https://www.mediawiki.org/wiki/Manual:Maxlag_parameter.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from agent.errors import SourceFailed
from workers.crawl.http.client import PoliteClient
from workers.crawl.http.services import Service, Services, Terms

TERMS = Terms(
    url="https://foundation.wikimedia.org/wiki/Policy:User-Agent_policy",
    read_on="2026-11-22",
    says="The API is there for programs that name themselves, ask at most three at once and wait when told to; text is "
    "under CC BY-SA 4.0 with credit to its authors.",
    licence="CC-BY-SA-4.0",
)

LANGUAGES = (
    "en", "ar", "bn", "ca", "cs", "da", "de", "el", "es", "fa", "fi", "fr", "he", "hi", "hu", "id", "it", "ja", "ko",
    "nl", "no", "pl", "pt", "ro", "ru", "sr", "sv", "th", "tr", "uk", "vi", "zh",
)  # fmt: skip
"""Codes of the Wikipedias that can be asked: large ones in languages that `agent.job.records.Document` can name."""

WIKIS: dict[str, Service] = {
    code: Service(
        name=f"wikipedia.{code}",
        base=f"https://{code}.wikipedia.org/w/",
        terms=TERMS,
        interval_s=0.35,  # 200 requests a minute are allowed to clients that name themselves, over all languages
        connections=3,
        shares_limit_with="wikimedia",
    )
    for code in LANGUAGES
}

_MAXLAG_S = 5
"""The manual's advice for programs nobody waits for: with databases further behind than this we wait."""

_MOST_ANSWERS = 100
"""Of one question: 500 items come in one, and no question here is about more than a few thousand."""
_MAX_WAITS = 5
_LONGEST_WAIT_S = 60.0
_MAX_QUERY_CHARS = 300
"""Of a search text, as CirrusSearch takes it."""

_ARTICLES = 0
"""The namespace of articles; talk, user, category and other pages have their own."""

_PAGES_AT_ONCE = 20
"""Introductions that one request gives (exlimit)."""

_TAG = re.compile(r"<[^>]*>")


Params = Mapping[str, str | int]


@dataclass(frozen=True)
class Hit:
    """One search result."""

    page: int
    title: str
    snippet: str
    """The passage that fits, plain."""
    edited: str
    """When it was last changed, ISO 8601."""


@dataclass(frozen=True)
class About:
    """What a page is at this moment."""

    page: int
    title: str
    url: str
    revision: int
    language: str
    introduction: str
    """The text before the first heading, plain."""
    disambiguation: bool
    """Whether it only lists pages of the same name."""


class Wiki:
    """The Wikipedia of one language."""

    def __init__(
        self,
        http: PoliteClient,
        services: Services,
        language: str = "en",
        *,
        pulse: Callable[[], None] = lambda: None,
    ) -> None:
        """Ask nothing yet. ``pulse`` is called every second while waiting for lagging databases; it may raise.

        Raises:
            SourceFailed: there is no such Wikipedia in `LANGUAGES`.
        """
        if language not in WIKIS:
            raise SourceFailed(
                f"There is no Wikipedia {language!r} that this project knows.",
                next_step=f"Take one of {', '.join(LANGUAGES)}.",
            )
        self.language = language
        self.base = services.base(WIKIS[language])
        self._http = http
        self._pulse = pulse

    def search(self, text: str, limit: int) -> Iterator[Hit]:
        """At most ``limit`` articles for a text, best first.

        Raises:
            SourceFailed, DocumentRejected: as `workers.crawl.sources.contract.Source.search` does.
        """
        wanted = limit
        # 50 results are what one request gives to those who are not logged in as bots.
        asked: Params = {
            "list": "search", "srsearch": text[:_MAX_QUERY_CHARS], "srnamespace": _ARTICLES,
            "srlimit": min(limit, 50), "srsort": "relevance",
        }  # fmt: skip
        for answer in self._all(asked):
            some = answer.get("search", ())[:wanted]
            yield from map(hit_of, some)
            wanted -= len(some)
            if wanted <= 0:
                return

    def about(self, pages: Iterable[int]) -> dict[int, About]:
        """Page number -> what it is; pages that are gone are left out.

        Raises:
            SourceFailed, DocumentRejected: as `search` does.
        """
        numbers = list(pages)
        known: dict[int, About] = {}
        for start in range(0, len(numbers), _PAGES_AT_ONCE):
            asked = "|".join(str(number) for number in numbers[start : start + _PAGES_AT_ONCE])
            for page in self._pages(
                {
                    "pageids": asked, "prop": "extracts|info|pageprops", "exintro": 1, "explaintext": 1,
                    "exlimit": _PAGES_AT_ONCE, "inprop": "url", "ppprop": "disambiguation",
                }
            ):  # fmt: skip
                if about := about_of(page, self.language):
                    known[about.page] = about
        return known

    def links(self, title: str, limit: int = 500) -> list[str]:
        """Titles of the articles that an article links to, by title, templates at its foot included; empty where it
        does not exist. `lead_links` gives the few of its introduction.

        Raises:
            SourceFailed, DocumentRejected: as `search` does.
        """
        return self._listed("links", {"plnamespace": 0, "pllimit": min(limit, 500)}, title, limit)

    def lead_links(self, title: str) -> list[str]:
        """Titles of the articles that the introduction of an article links to.

        Raises:
            SourceFailed, DocumentRejected: as `search` does; SourceFailed also where the article does not exist.
        """
        asked: Params = {"action": "parse", "page": title, "section": 0, "prop": "links", "redirects": 1}
        links = self._ask(asked).get("parse", {}).get("links", ())
        return [_title(link) for link in links if link.get("ns") == _ARTICLES]

    def categories(self, title: str, limit: int = 100) -> list[str]:
        """Categories of an article without their prefix, those for maintenance left out; empty where it does not
        exist.

        Raises:
            SourceFailed, DocumentRejected: as `search` does.
        """
        names = self._listed("categories", {"clshow": "!hidden", "cllimit": min(limit, 500)}, title, limit)
        return [name.partition(":")[2] or name for name in names]

    def redirects(self, title: str, limit: int = 100) -> list[str]:
        """Other titles that lead to an article: synonyms, acronyms, plurals, misspellings; empty where it does not
        exist.

        Raises:
            SourceFailed, DocumentRejected: as `search` does.
        """
        return self._listed("redirects", {"rdnamespace": 0, "rdlimit": min(limit, 500)}, title, limit)

    def _listed(self, prop: str, params: Params, title: str, limit: int) -> list[str]:
        names: list[str] = []
        for page in self._pages({"titles": title, "prop": prop, **params}, prop, limit):
            names += [_title(item) for item in page.get(prop, ())]
        return names[:limit]

    def _pages(self, params: Params, prop: str = "", limit: int = 0) -> Iterator[dict[str, Any]]:
        """Every page of a query with the pieces of all its answers put together; ends early when there are ``limit``
        of ``prop``.
        """
        pages: dict[int, dict[str, Any]] = {}
        for answer in self._all({**params, "redirects": 1}):
            for page in pages_of(answer):
                known = pages.setdefault(int(page.get("pageid", -1)), {})
                for name, value in page.items():
                    known[name] = known[name] + value if isinstance(known.get(name), list) else value
            if prop and sum(len(page.get(prop, ())) for page in pages.values()) >= limit:
                break
        yield from pages.values()

    def _all(self, params: Params) -> Iterator[dict[str, Any]]:
        """The ``query`` part of each answer, continued until there is no more."""
        more: dict[str, str | int] = {}
        for _ in range(_MOST_ANSWERS):
            answer = self._ask({"action": "query", **params, **more})
            yield answer.get("query", {})
            if "continue" not in answer:
                return
            more = answer["continue"]
        raise SourceFailed(f"Wikipedia ({self.language}) gave {_MOST_ANSWERS} answers to one question and no end.")

    def _ask(self, params: Params) -> dict[str, Any]:
        url = f"{self.base}api.php"
        whole = {**params, "format": "json", "formatversion": 2, "maxlag": _MAXLAG_S}
        for _ in range(_MAX_WAITS):
            answer = self._http.get(url, whole).json()
            if not isinstance(answer, dict):
                raise SourceFailed(f"Wikipedia ({self.language}) answered a list where an object belongs.")
            fault = answer.get("error")
            if fault is None:
                return answer
            if not isinstance(fault, dict) or fault.get("code") != "maxlag":
                said = fault.get("info", fault) if isinstance(fault, dict) else fault
                raise SourceFailed(f"Wikipedia ({self.language}) refuses the request: {said!s:.200}")
            self._wait(min(float(fault.get("lag", _MAXLAG_S)), _LONGEST_WAIT_S))
        raise SourceFailed(
            f"Wikipedia ({self.language}) is busy: its databases lag, five times in a row.",
            next_step="Submit the job again later.",
        )

    def _wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._pulse()
            time.sleep(min(left, 1.0))


def hit_of(item: Mapping[str, Any]) -> Hit:
    """One entry of ``query.search``.

    Raises:
        SourceFailed: it has no title or no page number.
    """
    if "pageid" not in item or "title" not in item:
        raise SourceFailed(f"Wikipedia answered a search result without title or number: {item!r:.80}.")
    snippet = unescape(_TAG.sub("", str(item.get("snippet", ""))))
    return Hit(int(item["pageid"]), str(item["title"]), " ".join(snippet.split()), str(item.get("timestamp", "")))


def pages_of(query: Mapping[str, Any]) -> list[dict[str, Any]]:
    """``query.pages`` as a list, in either of the API's two forms (a list, or an object by page number)."""
    pages = query.get("pages", ())
    return list(pages.values()) if isinstance(pages, Mapping) else list(pages)


def about_of(page: Mapping[str, Any], language: str) -> About | None:
    """One entry of ``query.pages``; None where it says that there is no such page."""
    if "pageid" not in page or page.get("missing", False) is not False:
        return None
    return About(
        page=int(page["pageid"]),
        title=str(page.get("title", "")),
        url=str(page.get("canonicalurl", "")),
        revision=int(page.get("lastrevid", 0)),
        language=str(page.get("pagelanguage", language)),
        introduction=" ".join(str(page.get("extract", "")).split()),
        disambiguation="disambiguation" in page.get("pageprops", {}),
    )


def _title(item: Mapping[str, Any]) -> str:
    return str(item.get("title", ""))
