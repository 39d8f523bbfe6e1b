"""What is claimed about speed and quality, measured side by side with a peer, in one run."""
