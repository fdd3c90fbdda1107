"""A real Chromium for the tests of this folder; without one they are skipped, unless they are required."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect, sync_playwright

from essor.project.testing import start_with_tables

# Playwright's synchronous interface runs an event loop in this thread, and Django would refuse to
# touch the database there; the tests do nothing concurrently.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

expect.set_options(timeout=15_000)  # milliseconds: a busy machine is no error

_QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Try a journey that fails a second time; the summary tells it as rerun (see docs/decisions/journeys-twice.md)."""
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser of this process."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        if os.environ.get("ESSOR_BROWSER_TESTS") == "required":
            pytest.fail("Chromium is not installed")
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def house(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory, django_db_setup: None
) -> Iterator[str]:
    """The address of a running Essor with a small demo company; one for all tests of this process."""
    from tests.browser.house import running

    folder = tmp_path_factory.mktemp("house")
    start_with_tables(folder)
    with running(folder) as address:
        yield address


@pytest.fixture(scope="session")
def empty_house(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory, django_db_setup: None
) -> Iterator[str]:
    """The address of a running Essor without any record: one administrator, ana@example.fr."""
    from tests.browser.house import make_administrator, running

    folder = tmp_path_factory.mktemp("empty")
    start_with_tables(folder)
    make_administrator(folder)
    with running(folder, demo=False) as address:
        yield address


@pytest.fixture(scope="session")
def signed_in() -> dict[tuple[str, str, str], StorageState]:
    """What the browser keeps of who signed in, by address, login and language: nobody has to do it twice."""
    return {}


@pytest.fixture
def visit(
    chromium: Browser, signed_in: dict[tuple[str, str, str], StorageState]
) -> Iterator[Callable[..., Page]]:
    """Return a maker of signed-in pages: address, login, width, language, colour scheme."""
    contexts = []

    def make(
        address: str,
        login: str = "admin@vauban.example",
        *,
        width: int = 1280,
        language: str = "fr",
        scheme: str = "light",
    ) -> Page:
        known = (address, login, language)
        context = chromium.new_context(
            viewport={"width": width, "height": 800},
            locale=language,
            color_scheme=scheme,
            base_url=address,
            storage_state=signed_in.get(known),
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(45_000)
        page.goto("/")
        if "/session/login" in page.url:
            _sign_in(page, login)
            signed_in[known] = context.storage_state()
        return page

    yield make
    for context in contexts:
        context.close()


def _sign_in(page: Page, login: str) -> None:
    from tests.browser.house import PASSWORD

    page.fill("input[name=login]", login)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/session/login" not in url)
