"""One module a family of formats; each offers one function, path and options in, document out."""
