"""The shared cache: nothing is fetched twice while it is fresh, by whichever client or job."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from agent.errors import DocumentRejected
from agent.ledger.memory import MemoryLedger
from agent.store import Store
from tests.workers.crawl.http.clients import client, fresh_store, service, services
from tests.workers.crawl.http.hostile_server import answer, hostile
from tests.workers.crawl.site_server import Answer, Route, SiteServer, serving
from tests.workers.turns import LeapingTurns
from workers.crawl.http.client import PoliteClient
from workers.runtime.turns import Turns

OPEN = Answer("User-agent: *\nDisallow:\n")


def http_date(back: timedelta) -> str:
    """A moment that is so long ago."""
    return format_datetime(datetime.now(UTC) - back, usegmt=True)


def kinds(polite: PoliteClient, url: str) -> list[str]:
    """Kinds of the evidence for one document."""
    return [item.kind for item in polite.get(url).evidence]


def tagged(tag: str, body: str, **headers: str) -> Callable[[SiteServer], Callable[[int], Answer]]:
    """An answer with this tag, or 304 to whoever has it already."""

    def of(site: SiteServer) -> Callable[[int], Answer]:
        def route(before: int) -> Answer:
            asked_with = site.asked[-1][2]
            known = asked_with.get("If-None-Match") == tag
            return Answer("" if known else body, 304 if known else 200, {"ETag": tag, **headers})

        return route

    return of


def test_a_fresh_answer_is_not_fetched_again_by_another_client_and_takes_no_turn() -> None:
    store = fresh_store()
    page = Answer("text", headers={"Cache-Control": "max-age=600", "X-Robots-Tag": "noarchive"})
    with serving({"/robots.txt": OPEN, "/a": page}) as site:
        first = client(site.base, store=store).get(f"{site.base}/a")
        turns = LeapingTurns()
        second = client(site.base, store=store, turns=turns).get(f"{site.base}/a")

        assert (second.body, second.headers, second.fetched_at) == (first.body, first.headers, first.fetched_at)
        assert [item.kind for item in second.evidence] == ["robots", "cache"]
        assert (site.count("/a"), site.count("/robots.txt"), turns.starts) == (1, 1, [])


def test_a_stale_answer_is_asked_about_by_its_tag_and_costs_no_body() -> None:
    store = fresh_store()
    with serving({"/robots.txt": OPEN}) as site:
        site.routes["/a"] = tagged('"v1"', "text", **{"Cache-Control": "max-age=0"})(site)
        client(site.base, store=store).get(f"{site.base}/a")
        again = client(site.base, store=store).get(f"{site.base}/a")
        assert again.body == b"text"
        assert "304" in again.evidence[-1].line

        site.routes["/a"] = tagged('"v2"', "newer", **{"Cache-Control": "max-age=0"})(site)
        newer = client(site.base, store=store).get(f"{site.base}/a")
        assert (newer.body, [item.kind for item in newer.evidence]) == (b"newer", ["robots"])
        assert site.count("/a") == 3


def test_a_stale_answer_without_a_tag_is_asked_about_by_its_date() -> None:
    store = fresh_store()
    changed = http_date(timedelta(days=3))

    def route(before: int) -> Answer:
        if before:
            assert site.asked[-1][2]["If-Modified-Since"] == changed
            return Answer(status=304)
        return Answer("text", headers={"Last-Modified": changed, "Cache-Control": "no-cache"})

    with serving({"/robots.txt": OPEN, "/a": route}) as site:
        for _ in range(2):
            assert client(site.base, store=store).get(f"{site.base}/a").body == b"text"
        assert site.count("/a") == 2


@pytest.mark.parametrize(
    ("headers", "fetches"),
    [
        ({"Cache-Control": "no-store", "ETag": '"1"'}, 2),
        ({"Cache-Control": "private, max-age=600"}, 2),
        ({"Cache-Control": "max-age=600", "Vary": "*"}, 2),
        ({"Cache-Control": "max-age=600", "Vary": "Accept-Encoding"}, 1),
        ({"Cache-Control": "max-age=nonsense"}, 2),
        ({"Expires": http_date(timedelta(hours=-1))}, 1),
        ({"Expires": "0"}, 2),
        ({"Last-Modified": http_date(timedelta(days=30))}, 1),
        ({}, 2),
    ],
)
def test_an_answer_is_kept_as_its_headers_have_it(headers: dict[str, str], fetches: int) -> None:
    store = fresh_store()
    with serving({"/robots.txt": OPEN, "/a": Answer("text", headers=headers)}) as site:
        for _ in range(2):
            assert client(site.base, store=store).get(f"{site.base}/a").body == b"text"
        assert site.count("/a") == fetches


@pytest.mark.parametrize(
    ("age", "fetches"), [(timedelta(hours=1), 2), (timedelta(minutes=1), 1), (timedelta(days=-900), 1), (None, 1)]
)
def test_an_answer_that_was_old_when_it_came_is_not_fresh_and_an_absurd_date_counts_as_now(
    age: timedelta | None, fetches: int
) -> None:
    date = "Fri, 31 Dec 9999 99:99:99 GMT" if age is None else http_date(age)
    store = fresh_store()
    with hostile(a=answer(b"text", Cache_Control="max-age=600", Date=date)) as site:
        for _ in range(2):
            client(site.base, store=store).get(f"{site.base}/a")
        assert site.count("/a") == fetches
        kept = next(store.read(path).decode() for path in _entries(store) if '/a"' in store.read(path).decode())
        assert "2029" not in kept and "9999" not in kept


@pytest.mark.parametrize(("fresh", "fetches"), [(timedelta(hours=1), 1), (timedelta(0), 2)])
def test_a_service_says_how_long_answers_count_that_say_nothing(fresh: timedelta, fetches: int) -> None:
    store = fresh_store()
    with serving({"/api?q=a": Answer("{}")}) as site:
        known = services(service(f"{site.base}/api", fresh=fresh))
        for _ in range(2):
            client(site.base, store=store, services=known).get(f"{site.base}/api", {"q": "a"})
        assert site.count("/api?q=a") == fetches


def test_errors_are_not_kept() -> None:
    store = fresh_store()
    broken: Route = lambda before: Answer("x", 500 if before < 4 else 200, {"Cache-Control": "max-age=600"})  # noqa: E731
    with serving({"/robots.txt": OPEN, "/a": broken}) as site:
        with pytest.raises(DocumentRejected):
            client(site.base, store=store).get(f"{site.base}/a")
        assert client(site.base, store=store).get(f"{site.base}/a").body == b"x"


def test_a_kept_answer_whose_bytes_were_lost_or_spoilt_is_fetched_again() -> None:
    store = fresh_store()
    with serving({"/robots.txt": OPEN, "/a": Answer("text", headers={"Cache-Control": "max-age=600"})}) as site:
        client(site.base, store=store).get(f"{site.base}/a")
        for folder, content in (("blobs", b"other"), ("http", b"{broken")):
            for name in store.list(folder):
                for file in store.list(f"{folder}/{name}"):
                    store.write(f"{folder}/{name}/{file}", content)
            assert client(site.base, store=store).get(f"{site.base}/a").body == b"text"
            if folder == "blobs":
                store.remove("blobs")
                assert client(site.base, store=store).get(f"{site.base}/a").body == b"text"


@pytest.mark.parametrize(
    ("headers", "most"),
    [({}, 3600), ({"Cache-Control": "max-age=999999999"}, 86400), ({"Cache-Control": "max-age=60"}, 60)],
)
def test_robots_txt_is_shared_for_a_day_at_most(headers: dict[str, str], most: int) -> None:
    store = fresh_store()
    with serving({"/robots.txt": Answer(OPEN.body, headers=headers), "/a": Answer("text")}) as site:
        for _ in range(2):
            client(site.base, store=store).get(f"{site.base}/a")
        assert site.count("/robots.txt") == 1
    assert f"max-age={most}" in _only_robots_entry(store)


def test_that_there_is_no_robots_txt_is_remembered_as_well() -> None:
    store = fresh_store()
    with serving({"/a": Answer("text")}) as site:
        for _ in range(2):
            client(site.base, store=store).get(f"{site.base}/a")
        assert site.count("/robots.txt") == 1


def test_that_a_page_is_not_there_is_remembered_for_minutes() -> None:
    store = fresh_store()
    with serving({"/robots.txt": OPEN}) as site:
        for _ in range(2):
            with pytest.raises(DocumentRejected, match="http_404"):
                client(site.base, store=store).get(f"{site.base}/ai.txt")
        assert site.count("/ai.txt") == 1


def test_what_another_job_was_let_in_to_see_is_not_handed_out() -> None:
    store = fresh_store()
    with serving({"/robots.txt": OPEN, "/a": Answer("inside", headers={"Cache-Control": "max-age=600"})}) as site:
        client(site.base, store=store).get(f"{site.base}/a")
        with pytest.raises(DocumentRejected, match="private_address"):
            client(store=store).get(f"{site.base}/a")


def test_two_workers_that_want_the_same_thing_at_once_fetch_it_once() -> None:
    store, ledger = fresh_store(), MemoryLedger()
    slow = Answer("x" * 20, headers={"Cache-Control": "max-age=600"}, drip_s=0.02)
    with serving({"/api": slow}) as site:
        known = services(service(f"{site.base}/api", connections=1, interval_s=0.01))
        bodies: list[bytes] = []

        def fetch(name: str) -> None:
            polite = client(site.base, store=store, services=known, turns=Turns(ledger, name))
            bodies.append(polite.get(f"{site.base}/api").body)

        threads = [threading.Thread(target=fetch, args=(f"worker-{number}",)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert bodies == [b"x" * 20] * 4
        assert site.count("/api") == 1


def _entries(store: Store) -> list[str]:
    return [f"http/{folder}/{name}" for folder in store.list("http") for name in store.list(f"http/{folder}")]


def _only_robots_entry(store: Store) -> str:
    entries = [store.read(path).decode() for path in _entries(store)]
    return next(entry for entry in entries if "/robots.txt" in entry)
