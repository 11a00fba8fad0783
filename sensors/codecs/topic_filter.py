"""MQTT topic filters: which topics a source speaks on."""

from __future__ import annotations

from typing import Final

#: longest topic that is looked at, in characters; MQTT itself allows 65,535 bytes
TOPIC_LENGTH: Final = 512


def check_filter(topic_filter: str) -> None:
    """Raise `ValueError`, saying why, when `topic_filter` is no MQTT 5.0 topic filter (§4.7.1)."""
    if not topic_filter:
        raise ValueError("must not be empty")
    if len(topic_filter) > TOPIC_LENGTH:
        raise ValueError(f"must have at most {TOPIC_LENGTH} characters")
    if "\0" in topic_filter:
        raise ValueError("must not hold a NUL character")
    if topic_filter.startswith("$share/"):
        raise ValueError("must not name a shared subscription; that is ingest's to add")
    levels = topic_filter.split("/")
    for at, level in enumerate(levels):
        if "#" in level and (level != "#" or at != len(levels) - 1):
            raise ValueError("'#' must be the whole of the last level")
        if "+" in level and level != "+":
            raise ValueError("'+' must be the whole of a level")


def matches(topic_filter: str, topic: str) -> bool:
    """Tell whether a topic matches a filter (MQTT 5.0, §4.7.1 and §4.7.2).

    '+' stands for one level, '#' for the level before it and everything below; neither matches the
    first level of a topic that begins with '$'.

    >>> matches("sonae/v1/+/gauge/#", "sonae/v1/36205/gauge/3600000017/level")
    True
    """
    if topic.startswith("$") and topic_filter[0] in "+#":
        return False
    wanted, levels = topic_filter.split("/"), topic.split("/")
    for at, level in enumerate(wanted):
        if level == "#":
            return True
        if at >= len(levels) or level not in ("+", levels[at]):
            return False
    return len(levels) == len(wanted)
