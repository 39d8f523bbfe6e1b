"""Whether a text is of the very thing that a question names, and not of another like it. Pure."""
