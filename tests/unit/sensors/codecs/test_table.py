from pathlib import Path

import pytest

import sensors
from sensors.codecs.mapped import MappedCodec
from sensors.codecs.mapping import CODEC_NAMES
from sensors.codecs.table import CODECS, CodecTable
from sensors.codecs.vehicle_table import is_vehicle_source
from sensors.reading import LevelReading, SourceError, UnreadableMessage

OWN = "sonae/v1/36205/gauge/36/level"
LEVEL = b'{"time": "2026-06-03T00:04:00Z", "level_m": 1.5}'
SOURCE = """
topic = "{topic}"
[gauge]
topic_level = 2
[level]
path = "v"
unit = "m"
datum = "T.P."
"""


def source(topic: str) -> str:
    return SOURCE.format(topic=topic)


def code_of(table: CodecTable, topic: str, payload: bytes = LEVEL) -> str:
    with pytest.raises(UnreadableMessage) as caught:
        table.decode(topic, payload)
    return caught.value.code


def test_our_own_topic_needs_no_file() -> None:
    table = CodecTable.from_files([])
    assert table.topic_filters == ("sonae/v1/+/gauge/+/level",)
    assert table.decode(OWN, LEVEL)[0].level_m == 1.5


def test_sources_are_chosen_by_topic() -> None:
    table = CodecTable.from_files([("a", source("a/+")), ("b", source("b/+/#"))])
    assert table.decode("a/x", b'{"v": 1}')[0].source == "a"
    assert table.decode("b/x", b'{"v": 1}')[0].source == "b"
    assert table.decode("b/x/y", b'{"v": 1}')[0].source == "b"
    assert code_of(table, "c/x") == "bad-topic"


def test_where_several_fit_the_first_reads() -> None:
    table = CodecTable.from_files([("a", source("a/one")), ("b", source("a/+"))])
    assert table.decode("a/one", b'{"v": 1}')[0].source == "a"
    assert table.decode("a/two", b'{"v": 1}')[0].source == "b"


def test_two_sources_cannot_claim_one_filter() -> None:
    with pytest.raises(SourceError, match="b: topic: a/\\+ is already read by a"):
        CodecTable.from_files([("a", source("a/+")), ("b", source("a/+"))])
    with pytest.raises(SourceError, match="already read by our own codec"):
        CodecTable.from_files([("a", source("sonae/v1/+/gauge/+/level"))])


def test_size_comes_first() -> None:
    table = CodecTable.from_files([])
    assert code_of(table, OWN, b" " * 65_537) == "too-large"
    assert code_of(table, "x" * 513) == "bad-topic"


def test_a_topic_seen_before_is_read_the_same() -> None:
    table = CodecTable.from_files([])
    assert table.decode(OWN, LEVEL) == table.decode(OWN, LEVEL)
    for _ in range(2):
        assert code_of(table, "other") == "bad-topic"


def test_every_codec_that_a_file_can_name_exists() -> None:
    assert set(CODECS) == set(CODEC_NAMES)


def test_a_codec_of_ones_own_needs_only_two_names() -> None:
    class Fixed:
        topic_filter = "fixed"

        def decode(self, topic: str, payload: bytes) -> list[LevelReading]:
            return [LevelReading(topic, None, float(len(payload)), "T.P.", None, "m", "k", "fixed")]

    assert CodecTable([Fixed()]).decode("fixed", b"abc")[0].level_m == 3.0


def test_the_shipped_examples_live_together() -> None:
    folder = Path(sensors.__file__).parent / "sources"
    files = [(path.stem, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.toml"))]
    table = CodecTable.from_files(files)
    assert len(table.topic_filters) == sum(not is_vehicle_source(text) for _, text in files) + 1
    payload = b'{"dt": "2026/06/03 24:00", "data": {"stage": 482}, "serial": 90211}'
    (reading,) = table.decode("vendor/river/B-0417/water", payload)
    assert (reading.gauge_id, reading.key) == ("B-0417", "90211")
    assert reading.level_m == pytest.approx(4.82)
    assert issubclass(CODECS["ttn"], MappedCodec)  # type: ignore[arg-type]
