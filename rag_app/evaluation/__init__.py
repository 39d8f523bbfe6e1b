"""An evaluation's questions, scores, report, and the runs that are kept."""
