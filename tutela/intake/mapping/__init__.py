"""Decides which column or pointer of a row from elsewhere says what of a notice."""
