"""Whether the Hugging Face hub answers, asked once where its libraries would ask for a minute."""

from pathlib import Path

_PATIENCE_S = 10.0  # the hub's own for a first word


def only_local(name: str) -> bool:
    """Whether a model is to be looked for on this machine alone.

    So it is for a folder, and where no one answers at the hub: its libraries try each file six
    times then, and say so each time. What the hub refuses, they are left to tell.
    """
    if Path(name).expanduser().exists():
        return True
    import httpx
    from huggingface_hub import HfApi
    from huggingface_hub.errors import OfflineModeIsEnabled

    try:
        HfApi().model_info(name, timeout=_PATIENCE_S)
    except (httpx.TransportError, OfflineModeIsEnabled):
        return True
    except Exception:  # a refusal, no name of the hub, a mirror that answers something else
        return False
    return False
