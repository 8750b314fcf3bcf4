"""Decides the order of the record, and proves to a stranger that nothing left it or changed."""
