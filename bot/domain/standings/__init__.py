"""Standings of models: what the votes of finished blind rounds say about each pair of models, and how surely."""
