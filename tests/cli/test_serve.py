"""`triptych serve|admin-link|demo`: addresses, ports and links."""

import re
import socket
from collections.abc import Iterator

import pytest

from app.auth import Signer
from app.cli.serve import require_free_port
from app.settings import Settings
from tests.cli.conftest import Home, Triptych


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield int(listener.getsockname()[1])


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_that_is_taken(home: Home, triptych: Triptych, taken: int, command: str) -> None:
    called = triptych(command, "--port", str(taken))
    assert called.code == 1
    assert f"Port {taken} on 127.0.0.1 cannot be used: Address already in use." in called.err
    assert "choose another with --port" in called.err
    assert not called.out
    assert not (home.folder / "var" / "demo").exists()


@pytest.mark.parametrize("command", ["serve", "demo"])
@pytest.mark.parametrize(
    ("host", "said", "hint"),
    [
        ("no such host", "There is no address 'no such host' to listen on", "with --host"),
        ("192.0.2.1", "on 192.0.2.1 cannot be used: Cannot assign", "--host"),
    ],
)
def test_an_address_that_is_not_ours(
    triptych: Triptych, command: str, host: str, said: str, hint: str
) -> None:
    called = triptych(command, "--host", host)
    assert called.code == 1
    assert said in called.err
    assert hint in called.err


def test_a_server_may_listen_on_ipv6() -> None:
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    with socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        port = int(probe.getsockname()[1])
    settings = Settings(host="::1", port=port)
    require_free_port(settings)
    assert settings.base_url == f"http://[::1]:{port}"


def test_the_admin_link_opens(
    home: Home, triptych: Triptych, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIPTYCH_PUBLIC_URL", "https://raters.example/")
    called = triptych("admin-link")
    assert (called.code, called.err) == (0, "")
    found = re.fullmatch(r"https://raters\.example/setup/(\S+)\n", called.out)
    assert found
    key = (home.folder / "var" / "secret").read_text().strip()
    public_id, epoch = Signer(key).read_setup_link(found[1])
    assert (len(public_id), epoch) == (16, 0)
