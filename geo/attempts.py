"""How often somebody may try something: to sign in, to report, to subscribe.

Pure: the clock is an argument.
"""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict

#: keys that are remembered; the one not used for longest is forgotten first
MOST_KEYS = 10_000


class Attempts:
    """Lets `burst` attempts of a key through at once and then one every `every_s` [s].

    The generic cell rate algorithm (ITU-T I.371, 2004, annex A): one number a key, no timer.
    """

    def __init__(self, *, burst: int, every_s: float, most_keys: int = MOST_KEYS) -> None:
        self._tolerance_s = (burst - 1) * every_s
        self._every_s = every_s
        self._most_keys = most_keys
        #: when the key's attempts would be due at the steady rate [s]
        self._due_s: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._due_s)

    def wait_s(self, key: str, now_s: float) -> int:
        """Take one attempt of `key` at `now_s` [s]; return 0, or how many whole seconds to wait."""
        due_s = max(self._due_s.get(key, now_s), now_s)
        too_early_s = due_s - now_s - self._tolerance_s
        if too_early_s <= 0:
            self._due_s[key] = due_s + self._every_s
        if key in self._due_s:
            self._due_s.move_to_end(key)
        while len(self._due_s) > self._most_keys:
            self._due_s.popitem(last=False)
        return max(0, math.ceil(too_early_s))

    def forget(self, key: str) -> None:
        """Let `key` begin anew, after it has signed in."""
        self._due_s.pop(key, None)


def address_key(address: str | None) -> str:
    """Return what counts as one address: an IPv4 address, or the /64 that one IPv6 subscriber has."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
