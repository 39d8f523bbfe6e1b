"""``python -m rag_app accounts``: who may sign in to the chat."""

import argparse
import getpass
import sys

from rag_app.accounts import SHORTEST, open_accounts
from rag_app.command import usage
from rag_app.errors import AccountError, RagError
from rag_app.settings import load_settings


def main(arguments: list[str]) -> int:
    """Run the command; its exit code: 0, or 2 after an error that the user can mend."""
    options = _parser().parse_args(arguments)
    try:
        accounts = open_accounts(load_settings())
        if options.do == "list":
            sys.stdout.write("".join(f"{name}\n" for name in accounts.names()))
        elif options.do == "add":
            accounts.add(options.name, _password())
            sys.stdout.write(f"{options.name} may sign in where RAG_SIGN_IN=local.\n")
        else:
            accounts.remove(options.name)
            sys.stdout.write(f"{options.name} may no longer sign in.\n")
    except RagError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    return 0


def _password() -> str:
    """Typed twice at a terminal, unseen; else the first line of what is piped in."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass(f"Password (at least {SHORTEST} characters): ")
    if getpass.getpass("Once more: ") != first:
        raise AccountError("The two passwords differ; nothing was changed.")
    return first


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rag_app accounts", description=usage(__doc__))
    commands = parser.add_subparsers(dest="do", metavar="list|add|remove", required=True)
    commands.add_parser("list", help="name every account")
    add = commands.add_parser("add", help="make an account, or give it a new password")
    add.add_argument("name")
    remove = commands.add_parser("remove", help="end an account")
    remove.add_argument("name")
    return parser
