"""Whether the database takes a text for a URL: the rule `url` of Laravel 12.

Stricter than RFC 3986 in places (no empty host, no quotation marks) and laxer in others (hosts of
any letters, ports of any length); only schemes of a closed list.
"""

import ipaddress
import re
import unicodedata
from typing import Final

#: The schemes that are known, most of them registered with the IANA.
SCHEMES: Final = frozenset(
    """
    aaa aaas about acap acct acd acr adiumxtra adt afp afs aim amss android appdata apt ark
    attachment aw barion beshare bitcoin bitcoincash blob bolo browserext calculator callto cap
    cast casts chrome chrome-extension cid coap coap+tcp coap+ws coaps coaps+tcp coaps+ws
    com-eventbrite-attendee content conti crid cvs dab data dav diaspora dict did dis
    dlna-playcontainer dlna-playsingle dns dntp dpp drm drop dtn dvb ed2k elsi example facetime
    fax feed feedready file filesystem finger first-run-pen-experience fish fm ftp fuchsia-pkg
    geo gg git gizmoproject go gopher graph gtalk h323 ham hcap hcp http https hxxp hxxps
    hydrazone iax icap icon im imap info iotdisco ipn ipp ipps irc irc6 ircs iris iris.beep
    iris.lwz iris.xpc iris.xpcs isostore itms jabber jar jms keyparc lastfm ldap ldaps
    leaptofrogans lorawan lvlt magnet mailserver mailto maps market message mid mms modem
    mongodb moz ms-access ms-browser-extension ms-calculator ms-drive-to ms-enrollment ms-excel
    ms-eyecontrolspeech ms-gamebarservices ms-gamingoverlay ms-getoffice ms-help ms-infopath
    ms-inputapp ms-lockscreencomponent-config ms-media-stream-id ms-mixedrealitycapture
    ms-mobileplans ms-officeapp ms-people ms-powerpoint ms-project ms-publisher
    ms-restoretabcompanion ms-screenclip ms-screensketch ms-search ms-search-repair
    ms-secondary-screen-controller ms-secondary-screen-setup ms-settings
    ms-settings-airplanemode ms-settings-bluetooth ms-settings-camera ms-settings-cellular
    ms-settings-cloudstorage ms-settings-connectabledevices ms-settings-displays-topology
    ms-settings-emailandaccounts ms-settings-language ms-settings-location ms-settings-lock
    ms-settings-nfctransactions ms-settings-notifications ms-settings-power ms-settings-privacy
    ms-settings-proximity ms-settings-screenrotation ms-settings-wifi ms-settings-workplace
    ms-spd ms-sttoverlay ms-transit-to ms-useractivityset ms-virtualtouchpad ms-visio ms-walk-to
    ms-whiteboard ms-whiteboard-cmd ms-word msnim msrp msrps mss mtqp mumble mupdate mvn news
    nfs ni nih nntp notes ocf oid onenote onenote-cmd opaquelocktoken openpgp4fpr pack palm
    paparazzi payto pkcs11 platform pop pres prospero proxy psyc pttp pwid qb query redis rediss
    reload res resource rmi rsync rtmfp rtmp rtsp rtsps rtspu s3 secondlife service session sftp
    sgn shttp sieve simpleledger sip sips skype smb sms smtp snews snmp soap.beep soap.beeps
    soldat spiffe spotify ssh steam stun stuns submit svn tag teamspeak tel teliaeid telnet tftp
    tg things thismessage tip tn3270 tool ts3server turn turns tv udp unreal urn ut2004 v-event
    vemmi ventrilo videotex view-source vnc wais webcal wpid ws wss wtai wyciwyg xcon
    xcon-userid xfire xmlrpc.beep xmlrpc.beeps xmpp xri ymsgr z39.50 z39.50r z39.50s
    """.split()  # noqa: SIM905 - a list of 300 lines would hide the page
)

_HEX: Final = frozenset("0123456789abcdefABCDEF")
_SINGLE_LABEL: Final = re.compile(r"[a-z0-9_-]+")
_PUNYCODE: Final = re.compile(r"xn--[a-z0-9-]+")
_PORT: Final = re.compile(r":[0-9]+")
#: Upper and lower case are one to the rule, also where Unicode folds a letter into ASCII.
_FOLDED: Final = str.maketrans({"\u017f": "s", "\u212a": "k"})
_PATH_MARKS: Final = frozenset("-._~!$&'()*+,;=:@/")
_FRAGMENT_MARKS: Final = _PATH_MARKS | {"?"}
_QUERY_MARKS: Final = _FRAGMENT_MARKS | frozenset("[]")
_USER_MARKS: Final = frozenset("-._")


def is_url(text: str) -> bool:
    """Whether `text`, trimmed, is a URL to the database."""
    scheme, found, rest = text.partition("://")
    if not found or scheme.translate(_FOLDED).lower() not in SCHEMES:
        return False
    authority, path, query, fragment = _parts(rest)
    return (
        _is_authority(authority)
        and _has_only(path, marks=_PATH_MARKS)
        and _has_only(query, marks=_QUERY_MARKS)
        and _has_only(fragment, marks=_FRAGMENT_MARKS)
    )


def _parts(rest: str) -> tuple[str, str, str, str]:
    before, _, fragment = rest.partition("#")
    before, _, query = before.partition("?")
    authority, _, path = before.partition("/")
    return authority, path, query, fragment


def _is_authority(authority: str) -> bool:
    user, found, place = authority.rpartition("@")
    if found and not _is_user(user):
        return False
    if place.startswith("["):
        host, closed, port = place[1:].partition("]")
        return bool(closed) and _is_ipv6(host) and (not port or _PORT.fullmatch(port) is not None)
    host, colon, port = place.partition(":")
    return _is_host(host) and (not colon or _PORT.fullmatch(colon + port) is not None)


def _is_user(user: str) -> bool:
    name, colon, word = user.partition(":")
    if not colon:
        return bool(name) and _has_only(name, marks=_USER_MARKS)
    return (
        bool(name and word)
        and _has_only(name, marks=_USER_MARKS)
        and _has_only(word, marks=_USER_MARKS)
    )


def _is_host(host: str) -> bool:
    host = host.removesuffix(".")
    if _SINGLE_LABEL.fullmatch(host.translate(_FOLDED).lower()):
        return True
    *labels, last = host.split(".")
    return bool(labels) and all(map(_is_label, labels)) and _is_top(last)


def _is_label(label: str) -> bool:
    return bool(label) and all(
        letter in "-_" or unicodedata.category(letter)[0] in "LNSM" for letter in label
    )


def _is_top(label: str) -> bool:
    if _PUNYCODE.fullmatch(label.translate(_FOLDED).lower()):
        return True
    return bool(label) and all(unicodedata.category(letter)[0] in "LNM" for letter in label)


def _is_ipv6(host: str) -> bool:
    if "%" in host:
        return False
    try:
        ipaddress.IPv6Address(host)
    except ValueError:
        return False
    return True


def _has_only(text: str, *, marks: frozenset[str]) -> bool:
    """Whether each is a letter, a number, one of `marks`, or a percent and two hexadecimals."""
    at = 0
    while at < len(text):
        letter = text[at]
        if letter == "%":
            if not (len(text) > at + 2 and {text[at + 1], text[at + 2]} <= _HEX):
                return False
            at += 3
            continue
        if letter not in marks and unicodedata.category(letter)[0] not in "LN":
            return False
        at += 1
    return True
