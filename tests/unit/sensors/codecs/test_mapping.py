from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import sensors
from sensors.codecs.mapping import parse_mapping
from sensors.codecs.vehicle_table import is_vehicle_source
from sensors.reading import SourceError

GOOD = """
topic = "a/+/b"
[gauge]
topic_level = 2
[time]
path = "t"
zone = "Asia/Tokyo"
[level]
path = ["x.y", "0"]
unit = "cm"
datum = "T.P."
offset_m = 1.5
sign = -1
missing = [-9999]
"""

SOURCES = [
    path
    for path in sorted((Path(sensors.__file__).parent / "sources").glob("*.toml"))
    if not is_vehicle_source(path.read_text(encoding="utf-8"))
]


def test_a_good_file_is_read() -> None:
    mapping = parse_mapping("mine", GOOD)
    assert mapping.topic_filter == "a/+/b"
    assert mapping.codec == "json"
    assert (mapping.gauge_topic_level, mapping.gauge_path, mapping.gauges) == (2, None, None)
    assert (mapping.time_path, mapping.time_form, mapping.zone) == (("t",), "text", ZoneInfo("Asia/Tokyo"))
    assert (mapping.level_path, mapping.unit_m, mapping.sign) == (("x.y", "0"), 0.01, -1)
    assert (mapping.offset_m, mapping.datum, mapping.missing) == (1.5, "T.P.", frozenset({-9999.0}))


def test_there_are_examples() -> None:
    assert len(SOURCES) >= 4


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_the_examples_are_good(path: Path) -> None:
    assert parse_mapping(path.stem, path.read_text(encoding="utf-8")).level_path


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('topic = "a/+/b"', "", "topic"),
        ('topic = "a/+/b"', "topic = 3", "topic"),
        ('topic = "a/+/b"', 'topic = "a/#/b"', "topic"),
        ('topic = "a/+/b"', 'topic = "a"\ncodec = "xml"', "codec"),
        ('topic = "a/+/b"', 'topic = "a"\ntopics = "b"', "topics"),
        ('topic = "a/+/b"', 'topic = "a"\neach = 3', "each"),
        ("topic_level = 2", "", "gauge"),
        ("topic_level = 2", "topic_level = 0", "gauge.topic_level"),
        ("topic_level = 2", "topic_level = true", "gauge.topic_level"),
        ("topic_level = 2", 'topic_level = 2\npath = "g"', "gauge"),
        ('path = "t"', "", "time.path"),
        ('path = "t"', 'path = ""', "time.path"),
        ('path = "t"', 'path = "a..b"', "time.path"),
        ('path = "t"', 'path = "t"\nform = "unix"', "time.form"),
        ('zone = "Asia/Tokyo"', 'zone = "Mars/Base"', "time.zone"),
        ('zone = "Asia/Tokyo"', 'zone = "../../etc/passwd"', "time.zone"),
        ('zone = "Asia/Tokyo"', "zone = 9", "time.zone"),
        ('path = ["x.y", "0"]', "", "level.path"),
        ('path = ["x.y", "0"]', "path = [1]", "level.path"),
        ('path = ["x.y", "0"]', "path = []", "level.path"),
        ('unit = "cm"', "", "level.unit"),
        ('unit = "cm"', 'unit = "furlong"', "level.unit"),
        ('datum = "T.P."', "", "level.datum"),
        ('datum = "T.P."', 'datum = "A.P."', "level.datum"),
        ("offset_m = 1.5", 'offset_m = "1.5"', "level.offset_m"),
        ("offset_m = 1.5", "offset_m = true", "level.offset_m"),
        ("offset_m = 1.5", "offset_m = nan", "level.offset_m"),
        ("offset_m = 1.5", "offset_m = inf", "level.offset_m"),
        ("offset_m = 1.5", "ofset_m = 1.5", "level.ofset_m"),
        ("sign = -1", "sign = 2", "level.sign"),
        ("sign = -1", "sign = 1.0", "level.sign"),
        ("missing = [-9999]", "missing = -9999", "level.missing"),
        ("missing = [-9999]", 'missing = ["x"]', "level.missing"),
        ("missing = [-9999]", "[key]", "key.path"),
        ("missing = [-9999]", "[gauges]\nA = 3", 'gauges."A"'),
        ("missing = [-9999]", '[gauges.A]\nid = ""', 'gauges."A".id'),
        ("missing = [-9999]", "[gauges.A]\nname = 1", 'gauges."A".name'),
        ("[time]", "time = 3\n[timing]", "timing"),
    ],
)
def test_every_fault_names_file_and_key(old: str, new: str, key: str) -> None:
    assert old in GOOD
    with pytest.raises(SourceError) as caught:
        parse_mapping("mine.toml", GOOD.replace(old, new, 1))
    assert (caught.value.file, caught.value.key) == ("mine.toml", key)
    assert str(caught.value).startswith(f"mine.toml: {key}: ")


def test_every_gauge_needs_an_offset_from_somewhere() -> None:
    text = GOOD.replace("offset_m = 1.5", "") + "[gauges.A]\n"
    with pytest.raises(SourceError, match=r'mine: gauges\."A"\.offset_m: missing'):
        parse_mapping("mine", text)
    assert parse_mapping("mine", text + "offset_m = 2").gauges is not None
    assert parse_mapping("mine", GOOD + "[gauges.A]\n").gauges is not None


def test_what_is_no_toml_is_refused() -> None:
    with pytest.raises(SourceError, match="mine: not TOML"):
        parse_mapping("mine", "topic = ")


def test_a_table_must_be_a_table() -> None:
    with pytest.raises(SourceError, match="mine: level: must be a table"):
        parse_mapping("mine", 'topic = "a"\nlevel = 3\n')
