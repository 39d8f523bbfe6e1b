"""PDFs: opened (``opening``), and their pages drawn with quoted words marked (``picture``)."""
