"""Decides whose cases are not there for whom: people say of whom they must not decide."""
