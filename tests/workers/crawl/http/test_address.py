"""Which addresses may be connected to."""

from __future__ import annotations

import pytest

from workers.crawl.http.address import address_allowed, named_endpoints
from workers.crawl.http.canonical import Endpoint

SITE = Endpoint("example.org", 80)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public_addresses_are_open(address: str) -> None:
    assert address_allowed(address, SITE, named=())


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "::1", "fd00:ec2::254", "fe80::1%eth0", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
        "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b:1::a00:1", "fec0::1", "192.0.0.192", "168.63.129.16",
    ],
)  # fmt: skip
def test_private_addresses_are_closed_however_they_are_written(address: str) -> None:
    assert not address_allowed(address, SITE, named=())


def test_naming_a_host_opens_that_port_and_no_other() -> None:
    named = named_endpoints(["site:http://localhost:8800/docs/", "dir:/data"], ["http://10.0.0.5/page"])

    assert address_allowed("127.0.0.1", Endpoint("localhost", 8800), named)
    assert address_allowed("10.0.0.5", Endpoint("10.0.0.5", 80), named)
    assert not address_allowed("127.0.0.1", Endpoint("localhost", 6379), named)
