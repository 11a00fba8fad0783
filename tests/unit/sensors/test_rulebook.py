import pytest

from sensors.rulebook import RulesError, number, parse_rules, read_rules

SOURCED = 'source = "x"\nas_of = "2026-11-24"\nverified = false\n'


@pytest.mark.parametrize("name", ["quality", "river-levels"])
def test_every_table_says_where_it_comes_from(name: str) -> None:
    assert read_rules(name)


def test_a_table_without_a_source_is_refused() -> None:
    with pytest.raises(RulesError, match="mine: jump: source is missing"):
        parse_rules("[jump]\nbase_m = 1\n", "mine")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[jump", "mine: not TOML"),
        ("jump = 3", "mine: jump: must be a table"),
        ("[jump]\n" + SOURCED.replace("false", '"no"'), "verified must be true or false"),
        ("[jump]\n" + SOURCED.replace("2026-11-24", "last year"), "as_of must be a date"),
    ],
)
def test_what_is_wrong_is_named(text: str, message: str) -> None:
    with pytest.raises(RulesError, match=message):
        parse_rules(text, "mine")


def test_a_number_is_a_number() -> None:
    table = {"a": 1, "b": True, "c": "1"}
    assert number(table, "mine", "a") == 1.0
    for key in ("b", "c", "d"):
        with pytest.raises(RulesError, match=f"mine: {key}: must be a number"):
            number(table, "mine", key)
