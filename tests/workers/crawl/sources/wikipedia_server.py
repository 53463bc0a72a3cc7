"""A small Wikipedia on loopback: action API with continuation and lag, REST HTML, a robots.txt that closes both.

The articles are ours; their HTML is in the form that Parsoid gives
(https://www.mediawiki.org/wiki/Specs/HTML/2.8.0), references, templates and all.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.workers.crawl.site_server import Answer, Route, SiteServer

ROBOTS = "User-agent: *\nDisallow: /w/\nDisallow: /api/\n"


@dataclass(frozen=True)
class Article:
    """One page of the wiki."""

    number: int
    title: str
    lead: str
    more: str = ""
    links: tuple[str, ...] = ()
    lead_links: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    redirects: tuple[str, ...] = ()
    disambiguation: bool = False

    @property
    def revision(self) -> int:
        """Number of its newest revision."""
        return self.number * 1000 + 7


class WikipediaServer(SiteServer):
    """Serves articles. ``lag`` requests are first answered that the databases lag; ``at_once`` items of a list go into
    one answer; deleted pages are still found and gone when asked about; ``answering`` is the body of every answer of an
    API that has gone mad.
    """

    def __init__(
        self,
        articles: Sequence[Article],
        *,
        lag: int = 0,
        at_once: int = 2,
        deleted: Sequence[int] = (),
        answering: bytes | None = None,
    ) -> None:
        super().__init__({"/robots.txt": Answer(ROBOTS, headers={"Content-Type": "text/plain"})})
        self.articles = articles
        self.lag = lag
        self.at_once = at_once
        self.deleted = deleted
        self.answering = answering

    @property
    def endpoint(self) -> str:
        """What stands in for https://en.wikipedia.org/w/."""
        return f"{self.base}/w/"

    def route(self, path: str) -> Route:
        """The API's answer."""
        parts = urlsplit(path)
        if parts.path == "/w/api.php" and self.answering is not None:
            return Answer(self.answering, headers={"Content-Type": "application/json"})
        if parts.path == "/w/api.php":
            return _json(self._answer(dict(parse_qsl(parts.query))))
        for article in self.articles:
            if parts.path == f"/w/rest.php/v1/revision/{article.revision}/html":
                etag = {"Content-Type": "text/html; charset=utf-8", "ETag": f'"{article.revision}/x"'}
                return Answer(rest_html(article), headers=etag)
        return super().route(path)

    def _answer(self, asked: dict[str, str]) -> dict[str, Any]:
        if self.lag and "maxlag" in asked:
            self.lag -= 1
            return {"error": {"code": "maxlag", "info": "Waiting for db: 6 seconds lagged.", "lag": 0.05}}
        if not asked.get("srsearch", "-").strip():
            return {"error": {"code": "missingparam", "info": 'The "srsearch" parameter must be set.'}}
        if asked.get("list") == "search":
            return self._search(asked)
        if asked["action"] == "parse":
            (article,) = self._named(asked["page"])
            links = [{"ns": 0, "title": title, "exists": True} for title in article.lead_links]
            return {"parse": {"title": article.title, "links": [*links, {"ns": 10, "title": "Template:Short"}]}}
        if "pageids" in asked:
            numbers = [int(number) for number in asked["pageids"].split("|")]
            return {"batchcomplete": True, "query": {"pages": [self._about(number) for number in numbers]}}
        return self._list(asked)

    def _search(self, asked: dict[str, str]) -> dict[str, Any]:
        words = asked["srsearch"].lower().split()
        found = [one for one in self.articles if all(word in (one.title + one.lead).lower() for word in words)]
        start = int(asked.get("sroffset", 0))
        size = min(self.at_once, int(asked["srlimit"]))
        hits = [
            {
                "ns": 0, "title": one.title, "pageid": one.number, "size": 900, "wordcount": 150,
                "snippet": f'about <span class="searchmatch">{one.title}</span> &amp; more',
                "timestamp": "2026-03-25T15:46:00Z",
            }
            for one in found[start : start + size]
        ]  # fmt: skip
        answer: dict[str, Any] = {"query": {"searchinfo": {"totalhits": len(found)}, "search": hits}}
        if start + size < len(found):
            answer["continue"] = {"sroffset": start + size, "continue": "-||"}
        return answer

    def _about(self, number: int) -> dict[str, Any]:
        article = next(one for one in self.articles if one.number == number)
        if number in self.deleted:
            return {"pageid": number, "missing": True}
        url = f"https://en.wikipedia.org/wiki/{article.title.replace(' ', '_')}"
        about = {
            "pageid": number, "ns": 0, "title": article.title, "extract": article.lead, "pagelanguage": "en",
            "touched": "2026-03-27T09:26:22Z", "lastrevid": article.revision, "canonicalurl": url,
        }  # fmt: skip
        return about | ({"pageprops": {"disambiguation": ""}} if article.disambiguation else {})

    def _list(self, asked: dict[str, str]) -> dict[str, Any]:
        """``prop=links|categories|redirects`` of one title, a few at a time."""
        prop = asked["prop"]
        articles = self._named(asked["titles"])
        if not articles:
            return {"query": {"pages": [{"ns": 0, "title": asked["titles"], "missing": True}]}}
        start = int(asked.get("offsetcontinue", 0))
        titles = getattr(articles[0], prop)
        some = [{"ns": 0, "title": title} for title in titles[start : start + self.at_once]]
        page = {"pageid": articles[0].number, "ns": 0, "title": articles[0].title} | ({prop: some} if some else {})
        answer: dict[str, Any] = {"query": {"pages": [page]}}
        if start + self.at_once < len(titles):
            answer["continue"] = {"offsetcontinue": start + self.at_once, "continue": "||"}
        return answer

    def _named(self, title: str) -> list[Article]:
        return [one for one in self.articles if title in (one.title, *one.redirects)]


def rest_html(article: Article) -> str:
    """The article as ``/v1/revision/ID/html`` gives it: all that surrounds the text is there too."""
    return f"""<!DOCTYPE html>
<html prefix="dc: http://purl.org/dc/terms/ mw: http://mediawiki.org/rdf/" about="https://en.wikipedia.org/wiki/\
Special:Redirect/revision/{article.revision}"><head prefix="mwr: https://en.wikipedia.org/wiki/Special:Redirect/">
<meta charset="utf-8"/><meta property="mw:pageId" content="{article.number}"/>
<meta property="dc:modified" content="2026-03-25T15:46:00.000Z"/><title>{article.title}</title>
<link rel="dc:isVersionOf" href="//en.wikipedia.org/wiki/{article.title.replace(" ", "_")}"/></head>
<body lang="en" class="mw-content-ltr sitedir-ltr ltr mw-body-content parsoid-body mediawiki mw-parser-output">
<section data-mw-section-id="0" id="mwAQ">
<div class="shortdescription nomobile noexcerpt noprint searchaux" style="display:none" about="#mwt1">Short words</div>
<div role="note" class="hatnote navigation-not-searchable" about="#mwt2">For the other one, see \
<a rel="mw:WikiLink" href="./Other">Other</a>.</div>
<table class="infobox" about="#mwt3"><tbody><tr><th>Invented</th><td>in an infobox</td></tr></tbody></table>
<p id="mwAg"><b>{article.title}</b> {article.lead}<sup about="#mwt4" class="mw-ref reference" id="cite_ref-1" \
rel="dc:references" typeof="mw:Extension/ref" data-mw='{{"name":"ref"}}'><a href="./It#cite_note-1" id="mwAw"><span \
class="mw-reflink-text" id="mwBA"><span class="cite-bracket">[</span>1<span class="cite-bracket">]</span></span></a>\
</sup> It links to <a rel="mw:WikiLink" href="./Gate" title="Gate" id="mwBQ">gates</a>.<sup class="noprint \
Inline-Template Template-Fact" style="white-space:nowrap;">[<i><a rel="mw:WikiLink" href="./Wikipedia:Citation_needed">\
citation needed</a></i>]</sup></p></section>
<section data-mw-section-id="1" id="mwBg"><div class="mw-heading mw-heading2" id="mwBw"><h2 id="Description">\
Description</h2><span class="mw-editsection"><span class="mw-editsection-bracket">[</span>\
<a href="./It?action=edit">edit</a><span class="mw-editsection-bracket">]</span></span></div>
<p id="mwCA">{article.more} Its state is <span typeof="mw:Extension/math" about="#mwt5"><span \
class="mwe-math-element mwe-math-element-inline"><span class="mwe-math-mathml-inline mwe-math-mathml-a11y" \
style="display:none"><math xmlns="http://www.w3.org/1998/Math/MathML" alttext="{{\\displaystyle \\alpha |0\\rangle }}">\
<semantics><mrow><mi>α</mi><mo>|</mo><mn>0</mn><mo>⟩</mo></mrow><annotation encoding="application/x-tex">\
{{\\displaystyle \\alpha |0\\rangle }}</annotation></semantics></math></span><img \
src="https://wikimedia.org/api/rest_v1/media/math/render/svg/1" class="mwe-math-fallback-image-inline" \
alt="{{\\displaystyle \\alpha |0\\rangle }}"/></span></span> at first.</p>
<ul id="mwCQ"><li id="mwCg">One of its parts is written here.</li><li id="mwCw">Another stands here.</li></ul>
<table class="wikitable" id="mwDA"><tbody><tr><th>Gate</th><th>Matrix size</th></tr><tr><td>Hadamard</td><td>two</td>\
</tr></tbody></table></section>
<section data-mw-section-id="2" id="mwDQ"><h2 id="See_also">See also</h2><ul><li><a rel="mw:WikiLink" \
href="./Elsewhere">Elsewhere in the wiki</a></li></ul></section>
<section data-mw-section-id="3" id="mwDg"><h2 id="References">References</h2><div class="mw-references-wrap" \
typeof="mw:Extension/references" about="#mwt6"><ol class="mw-references references"><li id="cite_note-1"><span \
class="mw-cite-backlink"><a href="./It#cite_ref-1">↑</a></span> <span class="mw-reference-text">Writer, A. (2020). \
A reference nobody shall learn.</span></li></ol></div></section>
<section data-mw-section-id="4" id="mwDw"><h2 id="External_links">External links</h2><ul><li><a \
rel="mw:ExtLink nofollow" href="https://elsewhere.example" class="external text">A site outside</a></li></ul>
<div role="navigation" class="navbox" aria-labelledby="Boxes" about="#mwt7"><table><tbody><tr><th>Boxes</th><td><a \
rel="mw:WikiLink" href="./Next">Next in the box</a></td></tr></tbody></table></div>
<div class="navbox authority-control">Authority control <a rel="mw:ExtLink" href="https://d-nb.info/1">GND 1</a></div>
<link rel="mw:PageProp/Category" href="./Category:Things"/></section></body></html>"""


def _json(answer: dict[str, Any]) -> Answer:
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Cache-Control": "private, must-revalidate, max-age=0",
    }
    return Answer(json.dumps(answer), headers=headers)
