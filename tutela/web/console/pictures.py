"""A secret as a picture that an authenticator reads (QR code, ISO/IEC 18004), as inline SVG."""

import segno
from markupsafe import Markup

from tutela.access.login.codes import setup_address
from tutela.access.users import Person


def setup_picture(secret: str, *, person: Person) -> Markup:
    """The picture, black on white in every theme; its text is only what `segno` draws."""
    code = segno.make(setup_address(secret, name=person.name, tenant=person.tenant), micro=False)
    drawn = code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True)
    return Markup(drawn)  # noqa: S704 - shapes alone, made here
