"""``python -m training.mixing FIRST SECOND --share 0.3``: two adapters into one, by their means.

Adapters that were trained on from one another lie in one valley of the loss; between them errs less
than either (Wortsman et al., "Model soups", 2022).
"""

import argparse
from pathlib import Path

from safetensors.torch import load_file, save_file

from rag_app.models.sentence_reader import ADAPTER


def main() -> None:
    """Write ``FIRST`` and a ``share`` of the way from it to ``SECOND``, tensor by tensor."""
    parser = argparse.ArgumentParser(prog="python -m training.mixing", description=__doc__)
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path, help="that was trained with --start FIRST")
    parser.add_argument("--share", type=float, default=0.3, help="of the second, 0 to 1")
    parser.add_argument("--out", type=Path, default=ADAPTER)
    arguments = parser.parse_args()
    first, second = load_file(arguments.first), load_file(arguments.second)
    mixed = {
        name: (tensor.float().lerp(second[name].float(), arguments.share)).to(tensor.dtype)
        for name, tensor in first.items()
    }
    save_file(mixed, arguments.out)


if __name__ == "__main__":
    main()
