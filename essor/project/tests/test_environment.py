"""Settings read from the environment are checked, not guessed."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ImproperlyConfigured

from essor.project import environment


def test_blank_means_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESSOR_X", "  ")
    assert environment.text("ESSOR_X", "here") == "here"
    assert environment.whole("ESSOR_X", 3) == 3
    assert environment.items("ESSOR_X", ("a",)) == ["a"]


def test_lists_are_cut_at_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESSOR_X", "crm.example.fr, ,localhost")
    assert environment.items("ESSOR_X") == ["crm.example.fr", "localhost"]


@pytest.mark.parametrize(("given", "expected"), [("1", True), ("Yes", True), ("off", False), ("", False)])
def test_flags(monkeypatch: pytest.MonkeyPatch, given: str, expected: bool) -> None:
    monkeypatch.setenv("ESSOR_X", given)
    assert environment.flag("ESSOR_X", default=True) is expected


@pytest.mark.parametrize("read", [environment.flag, lambda name: environment.whole(name, 1)])
def test_nonsense_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, read: Callable[[str], object]) -> None:
    monkeypatch.setenv("ESSOR_X", "perhaps")
    with pytest.raises(ImproperlyConfigured, match=r"ESSOR_X must be .* 'perhaps'"):
        read("ESSOR_X")


@pytest.mark.parametrize(
    ("port", "tls", "expected"),
    [(465, True, (True, False)), (587, True, (False, True)), (25, False, (False, False))],
)
def test_mail_is_encrypted_as_its_port_wants(port: int, tls: bool, expected: tuple[bool, bool]) -> None:
    assert environment.mail_security(port, tls=tls) == expected
