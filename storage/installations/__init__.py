"""Installations of the app by OAuth: tokens encrypted at rest, and the states of installations that were begun."""
