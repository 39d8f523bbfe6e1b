"""The Streamlit chat: draws what rag_app and ingest compute, and computes nothing itself."""
