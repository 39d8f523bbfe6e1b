"""Who could reach this server: without sign-in, no one but this machine's own users may."""

import ipaddress

import streamlit as st


def is_private() -> bool:
    """Whether the server listens on this machine's loopback alone.

    Without an address Streamlit listens on every one that the machine has.
    """
    address = st.get_option("server.address") or "0.0.0.0"
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:  # a name, which may resolve to anything
        return False
