"""Stills are fetched once an interval, conditionally, and nothing large or redirected is taken."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from ingest.still_fetch import INTERVAL_LEAST_S, Still, StillFetcher
from ingest.subscriber import Message
from sensors.camera.picture import MOST_BYTES

NOW = datetime(2026, 6, 3, tzinfo=UTC)


class Site:
    """A camera's server that answers as told."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.answer = httpx.Response(200, content=b"picture", headers={"ETag": '"1"', "Last-Modified": "x"})
        self.client = httpx.Client(transport=httpx.MockTransport(self.handle))

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.answer


class Clock:
    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def delivered() -> list[Message]:
    return []


@pytest.fixture
def fetcher(clock: Clock, delivered: list[Message]) -> StillFetcher:
    stills = {"eye": Still("http://camera/still.jpg", 60.0)}
    return StillFetcher(lambda: stills, delivered.append, wall=lambda: NOW, monotonic=clock)


def test_is_delivered_like_a_frame_of_the_broker(
    fetcher: StillFetcher, site: Site, delivered: list[Message]
) -> None:
    fetcher.fetch_due(site.client)
    assert delivered == [Message("sonae/v1/-/camera/eye/frame", b"picture", NOW, 0, 0, 0)]


def test_is_asked_once_an_interval_and_conditionally(
    fetcher: StillFetcher, site: Site, clock: Clock, delivered: list[Message]
) -> None:
    fetcher.fetch_due(site.client)
    fetcher.fetch_due(site.client)
    assert len(site.requests) == 1
    site.answer = httpx.Response(304)
    clock.seconds += 60
    fetcher.fetch_due(site.client)
    assert site.requests[1].headers["If-None-Match"] == '"1"'
    assert site.requests[1].headers["If-Modified-Since"] == "x"
    assert len(delivered) == 1


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(302, headers={"Location": "http://elsewhere/"}),
        httpx.Response(404),
        httpx.Response(200, content=bytes(MOST_BYTES + 1)),
    ],
)
def test_other_answers_are_no_frames(
    fetcher: StillFetcher, site: Site, delivered: list[Message], answer: httpx.Response
) -> None:
    site.answer = answer
    fetcher.fetch_due(site.client)
    assert delivered == []
    assert len(site.requests) == 1


def test_no_camera_is_asked_more_often_than_is_polite(
    clock: Clock, site: Site, delivered: list[Message]
) -> None:
    hasty = {"eye": Still("http://camera/still.jpg", 1.0)}
    fetcher = StillFetcher(lambda: hasty, delivered.append, wall=lambda: NOW, monotonic=clock)
    fetcher.fetch_due(site.client)
    clock.seconds += INTERVAL_LEAST_S - 1
    fetcher.fetch_due(site.client)
    assert len(site.requests) == 1
