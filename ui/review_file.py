"""What was judged, saved as a question file of the evaluation page, and downloaded."""

import hashlib
from dataclasses import dataclass

import streamlit as st

from rag_app.evaluation.runs import keep_questions, question_files
from rag_app.rendering import inert
from rag_app.review import QuestionFile, question_file
from ui import conversation, resources, session
from ui.language import number, t

_KEPT = "review_kept"
_DIGITS = 8  # of a user's hash


@dataclass(frozen=True)
class Kept:
    """What was made of the judged exchanges, to be told until something else is judged."""

    index: str
    name: str  # of the file; "" where none was written
    made: QuestionFile
    replaced: bool  # whether there was a file of this name


def draw_question_file() -> None:
    """Draw the button that saves it, and what came of that. Raises LogError, DocumentsError."""
    index = session.chosen_index(resources.indexes())
    if index is None:
        return
    saves = st.button(
        t("review_save", index=inert(index)), key="review_save", icon=":material/playlist_add:",
        help=t("review_save_help"),
    )  # fmt: skip
    if saves:  # no callback: this is drawn for who is signed in alone
        forget_kept_file()
        st.session_state[_KEPT] = _keep(index)
    kept: Kept | None = st.session_state.get(_KEPT)
    if kept is not None and kept.index == index:
        _tell(kept)


def forget_kept_file() -> None:
    """Speak no more of the file that was saved last."""
    st.session_state.pop(_KEPT, None)


def _keep(index: str) -> Kept:
    user = session.user()
    made = question_file(conversation.log().listed("reviewed", user), index)
    if not made.count:
        return Kept(index, "", made, replaced=False)
    # Users share the folder, and are not to write over each other's; a name is nobody's business.
    digest = hashlib.sha256(user.encode()).hexdigest()[:_DIGITS]
    name = f"reviewed-{index}-{digest}.jsonl" if user else f"reviewed-{index}.jsonl"
    settings = resources.settings()
    held = question_files(settings)
    path = keep_questions(name, made.text.encode(), settings)
    return Kept(index, path.name, made, replaced=path in held)


def _tell(kept: Kept) -> None:
    index = inert(kept.index)
    if not kept.name:
        told = [t("review_none_saved", index=index)]
    else:
        count, name = number(kept.made.count), inert(kept.name)
        told = [t("review_saved_as", count=count, index=index, name=name)]
        if kept.replaced:
            told.append(t("review_replaced"))
    if reasons := [
        t(f"review_out_{why}", count=number(count)) for why, count in kept.made.left_out.items()
    ]:
        told.append(t("review_left_out", reasons=", ".join(reasons)))
    (st.success if kept.name else st.info)(" ".join(told))
    if kept.name:
        st.download_button(
            t("review_download"), kept.made.text, file_name=kept.name, mime="application/jsonl",
            key="review_download", icon=":material/download:", on_click="ignore",
        )  # fmt: skip
