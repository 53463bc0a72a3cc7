"""The line by which we present ourselves."""

from __future__ import annotations

import re

from workers.crawl.http.identity import user_agent


def test_the_line_names_product_version_contact_and_library_in_the_form_that_wikimedia_asks_for() -> None:
    line = user_agent("ops@example.org", "python-requests/2.34.2")
    assert re.fullmatch(r"finetune-agent/\S+ \([^()]*ops@example\.org\) python-requests/\S+", line)


def test_a_contact_cannot_break_out_of_the_line() -> None:
    line = user_agent("a)\r\nX-Evil: 1 (b")
    assert "\r" not in line and "\n" not in line
    assert line.count("(") == line.count(")") == 1
