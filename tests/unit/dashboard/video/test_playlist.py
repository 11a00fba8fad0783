"""Playlists and how a stream stands by them: the newest piece, its time, and everything that is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.video.playlist import Media, PlaylistError, read_playlist
from dashboard.video.standing import Standing, judge, worth_telling

LIVE = """#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:2
#EXT-X-MEDIA-SEQUENCE:41
#EXT-X-MAP:URI="init.mp4"
#EXTINF:2.000000,
#EXT-X-PROGRAM-DATE-TIME:2026-11-25T03:46:45.000+0000
a41.m4s
#EXTINF:1.500000,
a42.m4s
"""
AT = datetime(2026, 11, 25, 3, 46, 45, tzinfo=UTC)


def media(text: str) -> Media:
    found = read_playlist(text)
    assert isinstance(found, Media)
    return found


def test_the_newest_piece_has_its_number_and_its_time() -> None:
    found = media(LIVE)
    assert found.header == "init.mp4"
    newest = found.segments[-1]
    assert (newest.number, newest.name, newest.duration_s) == (42, "a42.m4s", 1.5)
    assert newest.at == AT + timedelta(seconds=2)


def test_a_gap_is_no_piece_but_counts() -> None:
    found = media(
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n#EXT-X-GAP\ngap.mp4\n#EXTINF:1,\nb.mp4?x=1\n"
    )
    assert [(one.number, one.name) for one in found.segments] == [(1, "b.mp4?x=1")]


def test_the_narrowest_rendition_comes_first() -> None:
    found = read_playlist(
        '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=900,CODECS="avc1.64001f"\nbig/s.m3u8\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=100,CODECS="hvc1.1.6.L93.B0,mp4a.40.2"\nsmall.m3u8\n'
    )
    assert isinstance(found, tuple)
    assert [(one.name, one.codecs) for one in found] == [
        ("small.m3u8", "hvc1.1.6.L93.B0,mp4a.40.2"),
        ("big/s.m3u8", "avc1.64001f"),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "unreadable"),
        ("<html>", "unreadable"),
        ("#EXTM3U\n#EXT-X-TARGETDURATION:x\n", "unreadable"),
        ("#EXTM3U\n#EXTINF:-1,\na.ts\n", "unreadable"),
        ("#EXTM3U\n#EXTINF:nan,\na.ts\n", "unreadable"),
        ("#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:inf\n", "unreadable"),
        ("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n", "unreadable"),
        ('#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="k"\n', "encrypted"),
        ("#EXTM3U\n#EXTINF:1,\nhttps://other.test/a.ts\n", "elsewhere"),
        ("#EXTM3U\n#EXTINF:1,\n//other.test/a.ts\n", "elsewhere"),
        ("#EXTM3U\n#EXTINF:1,\n../../secrets.ts\n", "elsewhere"),
        ("#EXTM3U\n#EXTINF:1,\n/a.ts\n", "elsewhere"),
        ('#EXTM3U\n#EXT-X-MAP:URI="../init.mp4"\n', "elsewhere"),
        ("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nfile:///etc/x.m3u8\n", "elsewhere"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(text: str, code: str) -> None:
    with pytest.raises(PlaylistError) as refused:
        read_playlist(text)
    assert refused.value.code == code


def test_a_stream_plays_then_stands_still_and_says_since_when() -> None:
    end = AT + timedelta(seconds=3.5)
    playing = judge(media(LIVE), end, end + timedelta(seconds=4))
    assert (playing.state, playing.reason, playing.newest_at, playing.time_source) == (
        *("playing", None, end),
        "program",
    )
    still = judge(media(LIVE), end, end + timedelta(seconds=11))
    assert (still.state, still.reason, still.newest_at) == ("stalled", "no-new-segment", end)
    assert judge(media(LIVE + "#EXT-X-ENDLIST\n"), end, end).reason == "ended"
    assert judge(media("#EXTM3U\n#EXT-X-TARGETDURATION:2\n"), end, end).state == "waiting"


def test_a_stream_whose_clock_is_wrong_is_not_believed_about_its_time() -> None:
    ours = AT + timedelta(hours=9)
    found = judge(media(LIVE), ours, ours + timedelta(seconds=1))
    assert (found.state, found.newest_at, found.time_source) == ("playing", ours, "received")


def test_the_screens_are_told_what_changed_and_the_time_now_and_then() -> None:
    row = {"state": "playing", "reason": None, "codecs": None, "newest_at": AT}
    soon, later = AT + timedelta(seconds=4), AT + timedelta(seconds=10)
    assert not worth_telling(row, Standing("playing", None, soon))
    assert worth_telling(row, Standing("playing", None, later))
    assert worth_telling(row, Standing("stalled", "no-new-segment", AT))
    assert worth_telling(row, Standing("away", "gateway-away"))
    gone = {"state": "away", "reason": "gateway-away", "codecs": None, "newest_at": None}
    assert not worth_telling(gone, Standing("away", "gateway-away"))
