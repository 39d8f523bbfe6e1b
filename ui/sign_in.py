"""Who sits at this tab, and whether the script may draw anything for them."""

import html
import importlib.util
from collections.abc import Sequence

import streamlit as st

from rag_app.errors import MissingExtra
from rag_app.rendering import one_line
from ui.exposure import is_private
from ui.gate import COOKIE, SIGN_IN, SIGN_OUT, holder_of
from ui.language import t
from ui.resources import settings
from ui.wording import told


def signed_in() -> str:
    """The user's name; "" where no one signs in, or no one has."""
    way = settings().sign_in
    if way == "local":
        return holder_of(st.context.cookies.get(COOKIE, ""), settings()) or ""
    if way == "oidc" and _known() and is_allowed(*_address(), settings().sign_in_allow):
        # "sub" is the provider's own, and never given to someone else; an address may be.
        return str(st.user.get("sub") or "")
    return ""


def is_allowed(address: str, verified: bool, allowed: Sequence[str]) -> bool:
    """Whether an address, which its provider vouches for, is one of ``allowed``, or of a domain.

    An empty list allows everyone.
    """
    if not allowed:
        return True
    address = address.casefold()
    domain = "@" + address.rpartition("@")[2]
    return verified and any(item.casefold() in (address, domain) for item in allowed)


def may_enter() -> bool:
    """Whether the page is drawn; draws what to do instead where it is not."""
    way = settings().sign_in
    if not way:
        if is_private():
            return True
        st.error(t("exposed"))
    elif signed_in():
        return True
    elif way == "local":
        # The gate lets no one come here, but a tab stays open when its token's time runs out.
        st.warning(t("sign_in_server"))
        st.html(f'<a href="{SIGN_IN}" target="_self">{html.escape(t("sign_in"))}</a>')
    else:
        _ask_provider()
    return False


def sign_out() -> None:
    """Draw who is signed in and the way out; nothing where no one signs in."""
    user = signed_in()
    if not user:
        return
    if settings().sign_in == "oidc":
        _leave_provider()
    else:
        words = html.escape(t("sign_out", user=user))
        st.html(f'<a href="{SIGN_OUT}" target="_self">{words}</a>')  # a button would open a tab


def _ask_provider() -> None:
    st.title(t("title"))
    if importlib.util.find_spec("authlib") is None:
        st.error(told(MissingExtra("Sign-in by OpenID Connect", "oidc")))
    elif _known():
        st.error(t("sign_in_not_allowed", user=one_line(_address()[0])))
        _leave_provider()
    else:
        st.button(t("sign_in"), key="sign_in", icon=":material/login:", on_click=st.login)


def _leave_provider() -> None:
    st.button(
        t("sign_out", user=one_line(_address()[0], 40)), key="sign_out", on_click=st.logout,
        icon=":material/logout:", width="stretch",
    )  # fmt: skip


def _known() -> bool:
    return bool(getattr(st.user, "is_logged_in", False))


def _address() -> tuple[str, bool]:
    """The user's address, and whether the provider has verified it."""
    return str(st.user.get("email") or ""), st.user.get("email_verified") is True
