"""Who we say we are: the product token that robots.txt groups are matched with, and the User-Agent line."""

from __future__ import annotations

import re

from agent.store.artifact import producer

PRODUCT_TOKEN = "finetune-agent"
"""What a site's owner writes after ``User-agent:`` to address us (RFC 9309, 2.2.1)."""


def user_agent(contact: str, library: str = "") -> str:
    """The User-Agent header: ``product/version (what we are; contact) library/version``, the form that Wikimedia's
    policy asks for and others accept (https://foundation.wikimedia.org/wiki/Policy:User-Agent_policy).

    ``contact`` is reduced to printable ASCII, since it comes from a job specification and goes into a header.
    """
    version = producer().partition(" ")[2].strip("()")
    reachable = re.sub(r"[^\x20-\x7e]|[()]", "", contact).strip()
    about = f"document crawler for model training; contact: {reachable or 'not given'}"
    return f"{PRODUCT_TOKEN}/{version} ({about}) {library}".rstrip()
