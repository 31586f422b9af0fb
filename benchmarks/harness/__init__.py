"""Drivers and fakes shared by the benchmarks."""
