from __future__ import annotations

import pytest

from shelters.aid import ENDS, FORWARD, take_step
from shelters.rulebook import aid_needs, read_rules


@pytest.mark.parametrize(
    ("now", "then", "after", "flags"),
    [
        (None, "asked", "asked", []),
        (None, "seen", "seen", []),
        ("asked", "done", "done", []),
        ("seen", "asked", "seen", ["illegal"]),
        ("on-the-way", "cancelled", "cancelled", []),
        ("done", "declined", "done", ["illegal"]),
        ("cancelled", "seen", "cancelled", ["illegal"]),
        ("cancelled", "cancelled", "cancelled", []),
        ("declined", "on-the-way", "on-the-way", ["after-end"]),
        ("seen", "beamed", "seen", ["unknown-state"]),
    ],
)
def test_steps_go_forward_and_facts_win_over_papers(
    now: str | None, then: str, after: str, flags: list[str]
) -> None:
    assert take_step(now, then) == (after, flags)


def test_every_state_and_need_has_words_in_three_ways() -> None:
    assert {entry["state"] for entry in read_rules("aid")["state"]} == {*FORWARD, *ENDS}
    for entry in [*aid_needs().values(), *read_rules("aid")["state"]]:
        assert all(entry[language].strip() for language in ("ja", "easy", "en"))
    assert {"rescue", "doctor", "police", "power-truck", "water-truck", "toilet-truck", "interpreter"} <= set(
        aid_needs()
    )
