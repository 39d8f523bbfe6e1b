"""The chat with its gate before it: ``streamlit run ui/server.py``."""

import logging
from importlib import import_module
from pathlib import Path

from starlette.middleware import Middleware
from streamlit.starlette import App

from rag_app.settings import load_settings
from ui.gate import Gate, routes

# Before the address opens: whoever comes first need not wait for it. Streamlit would warn that
# caches made before its runtime stay in memory, which is all that is asked of them.
logging.getLogger("streamlit.runtime.caching.cache_data_api").setLevel(logging.ERROR)
for _view in ("chat", "documents", "evaluation", "review", "system"):
    import_module(f"ui.views.{_view}")

_settings = load_settings()

app = App(
    Path(__file__).with_name("app.py"),
    routes=routes(_settings),
    middleware=[Middleware(Gate, settings=_settings)],
)
