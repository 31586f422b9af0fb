"""Benchmarks behind the figures in the documents; each figure is a ratio or a comparison within one run."""
