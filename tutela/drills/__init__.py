"""Decides whether the live house would hold: probes on every route, a synthetic platform."""
