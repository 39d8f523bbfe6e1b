"""A real Chromium drives the served app. Left out where there is no Chromium."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

import pytest

from tests.conftest import PROJECT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


@pytest.fixture(scope="module")
def address(settings, tmp_path_factory) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (tmp_path_factory.mktemp("server") / "log").open("w+")
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "ui/app.py", "--server.headless=true",
         f"--server.port={port}"],
        cwd=PROJECT, stdout=log, stderr=log,
        env={**os.environ, "RAG_INDEXES_DIR": str(settings.indexes_dir)},
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1)
                break
            except OSError:
                assert server.poll() is None, log.read()
                assert time.monotonic() < deadline
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)
        log.close()


@pytest.fixture(scope="module")
def browser() -> Iterator:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield launched
        launched.close()


@pytest.fixture
def page(browser) -> Iterator:
    context = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 900})
    foreign: list[str] = []
    context.on("request", lambda request: foreign.append(request.url))
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    yield opened
    outside = [
        url for url in foreign if not re.match(r"(https?|wss?)://127\.0\.0\.1|data:|blob:", url)
    ]
    context.close()
    assert outside == []  # nothing is fetched from elsewhere


def ask(page, question: str) -> None:
    box = page.get_by_placeholder(re.compile("question|pergunta", re.IGNORECASE))
    box.fill(question)
    box.press("Enter")


def test_an_example_question_is_answered_with_an_open_source(address, page):
    page.goto(address)
    offered = page.locator('[class*="st-key-example-"] button')
    offered.first.wait_for()
    assert offered.count() == 4
    offered.first.click()
    source = page.locator('[data-testid="stExpander"]', has_text="[1]").first
    source.wait_for()
    source.locator("summary").click()
    mark = source.locator("mark")
    mark.wait_for()
    assert len(mark.inner_text()) > 5
    if folder := os.environ.get("SCREENSHOTS"):
        page.wait_for_timeout(500)
        page.screenshot(path=f"{folder}/answer-en.png")


def test_the_browsers_language_is_spoken(address, browser):
    context = browser.new_context(locale="pt-BR", viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(address)
    page.get_by_placeholder(re.compile("pergunta", re.IGNORECASE)).wait_for()
    ask(page, "Quem venceu a final do campeonato em Lisboa?")
    page.get_by_text("Nada neste índice").first.wait_for()
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{folder}/abstained-pt.png")
    context.close()


def test_an_upload_is_answered_from(address, page):
    page.goto(address)
    page.locator('[data-testid="stFileUploaderDropzoneInput"]').set_input_files(
        {"name": "otter.txt", "mimeType": "text/plain",
         "buffer": b"The otter Brambles was born in the Seattle aquarium in 2019."}
    )  # fmt: skip
    page.get_by_text("otter.txt").first.wait_for()
    page.get_by_role("button", name=re.compile("Add to the index")).click()
    page.get_by_text(re.compile("1 added")).wait_for()
    ask(page, "Where was the otter Brambles born?")
    page.locator('[data-testid="stExpander"]', has_text="otter.txt").first.wait_for()


def test_stop_stops(address, page):
    page.goto(address)
    ask(page, "When was BERT published, and by whom, and how was it trained?")
    stop = page.get_by_role("button", name="Stop", exact=True)
    stop.wait_for()
    stop.click()
    page.get_by_text("Stopped.").first.wait_for()
    ask(page, "How many parameters does GPT-3 have?")
    page.locator('[data-testid="stExpander"]', has_text="[1]").first.wait_for()
    assert "175" in page.get_by_test_id("stChatMessage").last.inner_text()


def test_the_documents_page_lists_every_file(address, page):
    page.goto(f"{address}/documents")
    page.get_by_role("heading", name="Documents").first.wait_for()
    page.get_by_test_id("stDataFrame").wait_for()
