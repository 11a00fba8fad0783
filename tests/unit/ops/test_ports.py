"""Ports: free, taken, and by whom."""

import os
import socket

import pytest

from ops.errors import PortTakenError
from ops.ports import holder, is_free, require_free


def test_a_held_port_names_its_holder_and_the_mend() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert not is_free("127.0.0.1", port)
        found = holder(port)
        assert found is not None
        assert found.pid == os.getpid()
        with pytest.raises(PortTakenError, match=f"port {port} .*process {os.getpid()}.*set SONAE_X"):
            require_free("127.0.0.1", port, purpose="dashboard", mend="set SONAE_X")
    assert is_free("127.0.0.1", port)
    assert holder(port) is None
    require_free("127.0.0.1", port, purpose="dashboard", mend="")


def test_an_ipv6_listener_is_found() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        found = holder(server.getsockname()[1])
    assert found is not None
    assert found.pid == os.getpid()
