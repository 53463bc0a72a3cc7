"""Who decides whether an address may be asked: terms for documented services, robots.txt for the rest."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from tests.workers.crawl.http.clients import TERMS, client, refused, service, services
from tests.workers.crawl.http.hostile_server import answer, hostile
from tests.workers.crawl.site_server import Answer, serving
from tests.workers.turns import LeapingTurns
from workers.crawl.http.services import Services

CLOSED = Answer("User-agent: *\nDisallow: /\nCrawl-delay: 9\n")


def test_a_documented_service_is_asked_under_its_terms_which_are_the_evidence() -> None:
    with serving({"/robots.txt": CLOSED, "/api/x": Answer("{}")}) as site:
        got = client(site.base, services=services(service(f"{site.base}/api/"))).get(f"{site.base}/api/x")
        assert site.count("/robots.txt") == 0
    (evidence,) = got.evidence
    assert (evidence.kind, evidence.url) == ("terms", TERMS.url)
    assert "library.search" in evidence.line and TERMS.read_on in evidence.line
    assert got.service == "library.search"


def test_what_lies_beside_a_documented_service_is_an_ordinary_crawl() -> None:
    with serving({"/robots.txt": CLOSED, "/apis": Answer("x")}) as site:
        polite = client(site.base, services=services(service(f"{site.base}/api")))
        assert refused(polite, f"{site.base}/apis").reason == "robots_disallow"


def test_strict_robots_lets_robots_txt_close_a_documented_service_as_well() -> None:
    with serving({"/robots.txt": CLOSED, "/api/x": Answer("{}")}) as site:
        polite = client(site.base, services=services(service(f"{site.base}/api/")), strict_robots=True)
        assert refused(polite, f"{site.base}/api/x").reason == "robots_disallow"
        assert site.count("/api/x") == 0


def test_a_service_that_is_crawled_obeys_robots_txt_and_the_slower_of_both_paces() -> None:
    turns = LeapingTurns()
    with serving({"/robots.txt": Answer("User-agent: *\nCrawl-delay: 9\n"), "/pdf/x": Answer("x")}) as site:
        known = services(service(f"{site.base}/pdf/", access="crawl", interval_s=3.0))
        got = client(site.base, services=known, turns=turns).get(f"{site.base}/pdf/x")
    assert [item.kind for item in got.evidence] == ["robots"]
    assert turns.starts[-1][0].interval_s == 9.0


def test_what_is_never_fetched_is_refused_with_the_terms_that_say_so() -> None:
    with serving({"/robots.txt": Answer("User-agent: *\nDisallow:\n"), "/doc": Answer("x")}) as site:
        polite = client(site.base, services=services(service(f"{site.base}/doc", access="never")))
        error = refused(polite, f"{site.base}/doc")
        assert error.reason == "terms_forbid_fetching" and TERMS.url in error.detail
        assert site.asked == []


def test_a_redirect_from_a_service_to_the_open_web_asks_robots_txt_there() -> None:
    with serving(
        {"/robots.txt": CLOSED, "/page": Answer("x"), "/api": Answer(status=302, headers={"Location": "/page"})}
    ) as site:
        polite = client(site.base, services=services(service(f"{site.base}/api")))
        assert refused(polite, f"{site.base}/api").reason == "robots_disallow"
        assert site.count("/page") == 0


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://api.example.org/works?q=a", "library.works"),
        ("https://api.example.org/works", "library.works"),
        ("https://api.example.org/works/1", "library.works"),
        ("https://api.example.org/workshop", "library.all"),
        ("https://api.example.org.evil.net/works", ""),
        ("https://api.example.org@evil.net/works", ""),
        ("http://api.example.org/works", ""),
    ],
)
def test_an_address_belongs_to_the_service_whose_base_it_lies_under(url: str, name: str) -> None:
    base = "https://api.example.org"
    known = Services((service(base, "library.all"), service(f"{base}/works", "library.works")), {})
    found = known.of(url)
    assert (found.name if found else "") == name


def test_a_question_is_sent_as_json_or_as_a_form_and_its_answer_is_not_kept() -> None:
    with hostile(batch=answer(b'{"ok": true}', Cache_Control="max-age=600")) as site:
        turns = LeapingTurns()
        polite = client(site.base, services=services(service(f"{site.base}/batch")), turns=turns)
        for _ in range(2):
            got = polite.post(f"{site.base}/batch", params={"fields": "title"}, json={"ids": ["DOI:10.1/x"]})
            assert got.json() == {"ok": True}
        polite.post(f"{site.base}/batch", form={"db": "pubmed", "id": "1,2"})

    as_json, _, as_form = site.asked
    assert as_json.startswith("POST /batch?fields=title ")
    assert "Content-Type: application/json" in as_json
    assert "Content-Type: application/x-www-form-urlencoded" in as_form
    assert site.bodies[0] == b'{"ids": ["DOI:10.1/x"]}'
    assert parse_qs(site.bodies[2].decode()) == {"db": ["pubmed"], "id": ["1,2"]}
    assert len(turns.starts) == 3
