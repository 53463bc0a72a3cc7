"""The replay server itself, on an exchange written here."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.workers.crawl.sources.replay import replaying


def test_a_recorded_answer_comes_back_whatever_the_order_of_its_parameters(tmp_path: Path) -> None:
    line = {
        "file": "a.json", "method": "GET", "url": "https://api.example.org/v1/works?b=2&a=1&empty=&mailto=x%40y.org",
        "status": 200, "headers": {"content-type": "application/json", "connection": "close"},
    }  # fmt: skip
    (tmp_path / "index.jsonl").write_text(json.dumps(line) + "\n")
    (tmp_path / "a.json").write_text('{"found": 1}')
    with replaying(tmp_path) as server:
        base = server.at("https://api.example.org/v1/")
        with urllib.request.urlopen(f"{base}works?a=1&b=2&mailto=other") as answer:
            assert json.load(answer) == {"found": 1}
            assert answer.headers["content-type"] == "application/json"
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{base}works?a=1&b=3")
        assert server.missed == ["/api.example.org/v1/works?a=1&b=3"]
