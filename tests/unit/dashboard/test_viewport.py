from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.live.viewport import Viewport, ViewportError

TOKUSHIMA = Viewport(134.25, 33.75, 134.8, 34.2)


def test_edges_belong_to_the_view() -> None:
    assert TOKUSHIMA.holds((134.25, 34.2))
    assert not TOKUSHIMA.holds((134.2499, 34.0))
    assert not TOKUSHIMA.holds((134.5, 34.2001))


def test_what_has_no_place_is_always_seen() -> None:
    assert TOKUSHIMA.holds(None)


def test_wire_form() -> None:
    assert Viewport.parse("134.25,33.75,134.8,34.2") == TOKUSHIMA


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1,2,3",
        "1,2,3,4,5",
        "a,b,c,d",
        "nan,0,1,1",
        "0,0,inf,1",
        "2,0,1,1",
        "0,2,1,1",
        "0,0,181,1",
        "0,-91,1,1",
    ],
)
def test_impossible_boxes_are_refused_by_name(text: str) -> None:
    with pytest.raises(ViewportError, match="bbox"):
        Viewport.parse(text)


@given(st.text(max_size=60))
def test_any_text_is_a_box_or_refused(text: str) -> None:
    try:
        box = Viewport.parse(text)
    except ViewportError:
        return
    assert box.west <= box.east
    assert box.south <= box.north
