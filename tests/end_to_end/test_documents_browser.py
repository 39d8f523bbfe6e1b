"""The documents page and sign-in in a real Chromium. Left out where there is no Chromium."""

import re
from importlib.util import find_spec

import pytest

from rag_app import retrieve
from rag_app.accounts import Accounts
from tests.end_to_end.serving import NEEDS_CHROMIUM, OTTER, free_port, served
from tests.end_to_end.test_browser import browser, page

__all__ = ["browser", "page"]  # fixtures

pytestmark = NEEDS_CHROMIUM
PASSWORD = "a bridge of 503 metres"


def test_a_file_is_added_seen_and_deleted(own, tmp_path, page):
    with served("ui/server.py", tmp_path, RAG_INDEXES_DIR=str(own.indexes_dir)) as address:
        page.goto(f"{address}/documents")
        page.locator('[data-testid="stFileUploaderDropzoneInput"]').set_input_files(OTTER)
        page.get_by_text("otter.txt").first.wait_for()
        page.get_by_role("button", name=re.compile("Add to the index")).click()
        page.get_by_text(re.compile("1 added, 0 not indexed")).wait_for()
        page.get_by_text("1 file: 1 indexed").wait_for()
        page.get_by_text("The otter Brambles was born").first.wait_for()  # the only file: its text
        assert [p.source for p in retrieve("otter", 5, settings=own)] == ["otter.txt"]
        page.get_by_role("button", name="Delete (1)").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_text("deleted from the disk too").wait_for()
        dialog.get_by_role("button", name="Delete", exact=True).click()
        page.get_by_text("This index holds no documents yet").wait_for()
        assert retrieve("otter", 5, settings=own) == []
        assert not (own.indexes_dir / "default" / "uploads" / "otter.txt").exists()


def test_who_signs_in_stays_so_over_a_reload(own, documents, tmp_path, page):
    from ingest.pipeline import ingest

    ingest(documents, settings=own)
    Accounts(own).add("ana", PASSWORD)
    environment = {"RAG_INDEXES_DIR": str(own.indexes_dir), "RAG_SIGN_IN": "local"}
    with served("ui/server.py", tmp_path, **environment) as address:
        page.goto(f"{address}/documents")
        page.get_by_label("Name").fill("ana")
        page.get_by_label("Password").fill("wrong password")
        page.get_by_role("button", name="Sign in").click()
        page.get_by_text("Name or password is wrong").wait_for()
        page.get_by_label("Name").fill("ana")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_text("Sign out (ana)").wait_for()
        page.reload()
        page.get_by_text("Sign out (ana)").click()
        page.get_by_label("Password").wait_for()
        page.goto(f"{address}/documents")
        page.get_by_label("Password").wait_for()


@pytest.mark.skipif(find_spec("authlib") is None, reason="the extra oidc is not installed")
def test_whom_the_provider_knows_is_let_in_by_address(own, documents, tmp_path, page):
    from ingest.pipeline import ingest
    from tests.end_to_end.oidc_provider import provider

    ingest(documents, settings=own)
    port = free_port()
    environment = {
        "RAG_INDEXES_DIR": str(own.indexes_dir), "RAG_SIGN_IN": "oidc",
        "RAG_SIGN_IN_ALLOW": '["@example.org"]',
    }  # fmt: skip
    secrets = tmp_path / "secrets.toml"
    options = ("--secrets.files", str(secrets))
    for email, enters in (("ana@example.org", True), ("eva@elsewhere.org", False)):
        with provider(email, client="rag-app") as issuer:
            secrets.write_text(
                f"""[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "only for this test"
client_id = "rag-app"
client_secret = "none"
server_metadata_url = "{issuer}/.well-known/openid-configuration"
"""
            )
            with served("ui/server.py", tmp_path, *options, port=port, **environment) as address:
                page.goto(f"{address}/documents")
                page.get_by_role("button", name="Sign in").click()
                if enters:
                    page.get_by_text(f"Sign out ({email})").wait_for()
                    page.goto(f"{address}/documents")
                    page.get_by_text("3 files: 3 indexed").wait_for()
                    page.get_by_text(f"Sign out ({email})").click()
                    page.get_by_role("button", name="Sign in").wait_for()
                else:
                    page.get_by_text("may not use this chat").wait_for()
                    assert page.get_by_text("3 files").count() == 0
