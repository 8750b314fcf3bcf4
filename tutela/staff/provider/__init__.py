"""Decides whom a provider of identities (OpenID Connect) lets in, and as what."""
