"""Moments as they are told at this tab: in the time zone of its browser."""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st


def local(seconds: float) -> datetime:
    """A moment, in seconds since 1970 in UTC, in the browser's time zone."""
    return datetime.fromtimestamp(seconds, zone())


def zone() -> ZoneInfo | None:
    """The browser's time zone; None, which stands for the server's, where it is not known."""
    try:
        return ZoneInfo(st.context.timezone or "")
    except (ZoneInfoNotFoundError, ValueError):
        return None
