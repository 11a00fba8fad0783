"""Natural batches and broker addresses."""

from __future__ import annotations

import queue

import pytest

from ingest.batch import take
from ingest.subscriber import BrokerAddress


def filled(count: int) -> queue.SimpleQueue[int]:
    source: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in range(count):
        source.put(number)
    return source


def test_takes_all_that_waits_in_order() -> None:
    assert take(filled(5), most=10, wait_s=0) == [0, 1, 2, 3, 4]


def test_takes_no_more_than_asked_and_leaves_the_rest() -> None:
    source = filled(5)
    assert take(source, most=3, wait_s=0) == [0, 1, 2]
    assert take(source, most=3, wait_s=0) == [3, 4]


def test_nothing_within_the_wait_is_an_empty_batch() -> None:
    assert take(filled(0), most=3, wait_s=0.01) == []


def test_address_with_escaped_password() -> None:
    address = BrokerAddress.parse("mqtts://in%40gest:p%3As%2F@broker.local")
    assert (address.user, address.password, address.port, address.tls) == ("in@gest", "p:s/", 8883, True)


@pytest.mark.parametrize("url", ["http://broker:1883", "mqtt://", "broker:1883"])
def test_bad_address_is_refused_without_telling_the_password(url: str) -> None:
    with pytest.raises(ValueError, match="must be mqtt"):
        BrokerAddress.parse(url)
