"""What the figures in the documents come from: each is a ratio or a comparison within one run."""
