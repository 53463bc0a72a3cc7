"""The polite client against a real server that misbehaves in every way we know."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest

from agent.errors import DocumentRejected, JobCancelled
from agent.ledger.contract import Limit
from agent.ledger.memory import MemoryLedger
from agent.store import Store
from tests.workers.crawl.site_server import Answer, Route, SiteServer, serving
from tests.workers.turns import LeapingTurns
from workers.crawl.http.canonical import endpoint
from workers.crawl.http.client import PoliteClient
from workers.crawl.http.services import Services
from workers.runtime.turns import Turns

OPEN = Answer("User-agent: *\nDisallow: /closed/\n")


@pytest.fixture
def routes() -> dict[str, Route]:
    """The pages of `site`; a test adds its own."""
    return {"/robots.txt": OPEN, "/a": Answer("hello", headers={"Content-Type": "text/plain", "Server": "x"})}


@pytest.fixture
def site(routes: dict[str, Route]) -> Iterator[SiteServer]:
    """A server for the routes."""
    with serving(routes) as server:
        yield server


def fetcher(site: SiteServer, turns: Turns | None = None, **changes: object) -> PoliteClient:
    """A client to whom the user named the site."""
    options: dict[str, object] = {
        "user_agent": "finetune-agent/test", "timeout_s": 2.0, "max_bytes": 100_000, "requests_per_second": 50.0,
        "turns": turns or LeapingTurns(), "store": Store("memory://" + uuid4().hex), "named": {endpoint(site.base)},
        "services": Services((), {}),
    }  # fmt: skip
    return PoliteClient(**{**options, **changes})  # type: ignore[arg-type]


def reason_of(client: PoliteClient, url: str) -> str:
    """Why the client refuses an address."""
    with pytest.raises(DocumentRejected) as caught:
        client.get(url)
    return caught.value.reason


def test_a_document_comes_with_its_bytes_its_telling_headers_and_the_robots_verdict(site: SiteServer) -> None:
    answer = fetcher(site).get(f"{site.base}/a#part")

    assert (answer.url, answer.body, answer.headers) == (f"{site.base}/a", b"hello", {"content-type": "text/plain"})
    assert [(item.kind, item.url) for item in answer.evidence] == [("robots", f"{site.base}/robots.txt")]


def test_each_request_says_who_we_are_and_waits_for_its_turn(site: SiteServer) -> None:
    turns = LeapingTurns()
    fetcher(site, turns).get(f"{site.base}/a")

    assert [limit for limit, _ in turns.starts] == [Limit("127.0.0.1", 1 / 50, 2)] * 2
    assert {headers["User-Agent"] for _, _, headers in site.asked} == {"finetune-agent/test"}


def test_robots_txt_is_asked_for_once_and_obeyed(site: SiteServer) -> None:
    client = fetcher(site)
    client.get(f"{site.base}/a")

    assert reason_of(client, f"{site.base}/closed/b") == "robots_disallow"
    assert (site.count("/robots.txt"), site.count("/closed/b")) == (1, 0)


def test_a_crawl_delay_in_robots_txt_slows_us_down(site: SiteServer, routes: dict[str, Route]) -> None:
    routes["/robots.txt"] = Answer("User-agent: *\nCrawl-delay: 5\n")
    turns = LeapingTurns()
    fetcher(site, turns).get(f"{site.base}/a")

    assert turns.starts[-1][0].interval_s == 5.0


@pytest.mark.parametrize(
    ("robots", "reason"),
    [
        (Answer(status=404), ""),
        (Answer("<!DOCTYPE html><title>Are you human?</title>"), "robots_disallow"),
        (Answer(status=403), ""),
        (Answer(status=501), "robots_disallow"),
    ],
)
def test_what_robots_txt_answers_decides_as_rfc_9309_has_it(
    site: SiteServer, routes: dict[str, Route], robots: Answer, reason: str
) -> None:
    routes["/robots.txt"] = robots
    client = fetcher(site)
    if reason:
        assert reason_of(client, f"{site.base}/a") == reason
    else:
        assert client.get(f"{site.base}/a").body == b"hello"


def test_redirects_are_followed_and_named(site: SiteServer, routes: dict[str, Route]) -> None:
    routes["/old"] = Answer(status=301, headers={"Location": "/a"})
    assert fetcher(site).get(f"{site.base}/old").url == f"{site.base}/a"


def test_a_redirect_into_a_closed_part_is_refused_there(site: SiteServer, routes: dict[str, Route]) -> None:
    routes["/old"] = Answer(status=302, headers={"Location": "/closed/b"})
    assert reason_of(fetcher(site), f"{site.base}/old") == "robots_disallow"
    assert site.count("/closed/b") == 0


def test_a_redirect_in_a_circle_ends(site: SiteServer, routes: dict[str, Route]) -> None:
    routes["/old"] = Answer(status=302, headers={"Location": "/old"})
    assert reason_of(fetcher(site), f"{site.base}/old") == "too_many_redirects"


def test_a_redirect_to_another_port_of_this_machine_is_refused_before_it_is_asked(
    site: SiteServer, routes: dict[str, Route]
) -> None:
    with serving({"/secret": Answer("database")}) as other:
        routes["/old"] = Answer(status=302, headers={"Location": f"{other.base}/secret"})
        assert reason_of(fetcher(site), f"{site.base}/old") == "private_address"
        assert other.asked == []


@pytest.mark.parametrize("url", ["http://localhost:1/", "http://[::1]:1/", "http://169.254.169.254/latest/meta-data/"])
def test_a_private_address_that_nobody_named_is_refused(site: SiteServer, url: str) -> None:
    assert reason_of(fetcher(site), url) == "private_address"


def test_a_name_that_turns_private_between_look_up_and_connection_is_caught_on_the_socket(
    site: SiteServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.crawl.http.hops.resolve", lambda target: ["93.184.215.14"])
    assert reason_of(fetcher(site, named=set()), f"{site.base}/a") == "private_address"
    assert site.asked == []


def test_a_busy_server_is_asked_again_after_the_pause_it_wants(site: SiteServer, routes: dict[str, Route]) -> None:
    busy = Answer(status=429, headers={"Retry-After": "1"})
    routes["/busy"] = lambda before: busy if before == 0 else Answer("now")

    assert fetcher(site, Turns(MemoryLedger(), "test")).get(f"{site.base}/busy").body == b"now"
    first, second = (moment for moment, path, _ in site.asked if path == "/busy")
    assert second - first >= 1.0


def test_a_server_that_wants_a_very_long_pause_is_left_alone(site: SiteServer, routes: dict[str, Route]) -> None:
    routes["/busy"] = Answer(status=429, headers={"Retry-After": "86400"})
    assert reason_of(fetcher(site), f"{site.base}/busy") == "http_429"
    assert site.count("/busy") == 1


def test_a_missing_page_is_not_asked_for_again(site: SiteServer) -> None:
    assert reason_of(fetcher(site), f"{site.base}/nowhere") == "http_404"
    assert site.count("/nowhere") == 1


def test_a_body_that_declares_too_much_is_not_read(site: SiteServer, routes: dict[str, Route]) -> None:
    routes["/large"] = Answer(b"x" * 200_000)
    assert reason_of(fetcher(site), f"{site.base}/large") == "too_large"


def test_a_small_body_that_unpacks_into_a_huge_one_is_cut_off(site: SiteServer, routes: dict[str, Route]) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    assert len(bomb) < 100_000
    routes["/bomb"] = Answer(bomb, headers={"Content-Encoding": "gzip"})
    assert reason_of(fetcher(site), f"{site.base}/bomb") == "too_large"


def test_a_body_that_trickles_for_ever_meets_the_time_limit(site: SiteServer, routes: dict[str, Route]) -> None:
    routes["/slow"] = Answer(b"x" * 100, drip_s=0.05)
    assert reason_of(fetcher(site, timeout_s=0.4), f"{site.base}/slow") == "timeout"


def test_a_port_where_nobody_listens_is_named_as_such(site: SiteServer) -> None:
    nobody = "http://127.0.0.1:9"
    client = fetcher(site, named={endpoint(nobody)})
    assert client.robots(nobody).because == "it cannot be reached (connection_failed)"
    assert reason_of(client, nobody) == "robots_disallow"


def test_a_cancelled_job_does_not_sit_out_a_pause(site: SiteServer, routes: dict[str, Route]) -> None:
    routes["/busy"] = Answer(status=503, headers={"Retry-After": "60"})
    cancelled = threading.Event()
    timer = threading.Timer(0.3, cancelled.set)
    timer.start()

    def pulse() -> None:
        if cancelled.is_set():
            raise JobCancelled("cancelled")

    with pytest.raises(JobCancelled):
        fetcher(site, Turns(MemoryLedger(), "test"), pulse=pulse).get(f"{site.base}/busy")
