"""Decides what regulators and the public are told, and keeps the proof that they were."""
