"""URLs are taken and refused as by the database."""

import pytest

from tutela.compliance.transparency.urls import is_url


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "HTTP://EXAMPLE.COM",
        "http://x",
        "http://a_b.",
        "http://é.com/é?ü[]=1#ß",
        "http://☃.com",
        "http://1.2.3.4:99999/",
        "http://[::1]:80/x",
        "http://[::ffff:1.2.3.4]",
        "http://u:p@h.com",
        "http://u%41@h",
        "http://a.XN--P1AI",
        "iris.beep://h",
        "http\u017f://h",
        "data://h",
        "http://h/%41//b?x/y:z@#?",
    ],
)
def test_a_url_is_taken(url: str) -> None:
    assert is_url(url)


@pytest.mark.parametrize(
    "text",
    [
        "notaurl",
        "//h",
        "http:/h",
        "http://",
        "javascript://h",
        "irisxbeep://h",
        "http://é",
        "http://a..b",
        "http://.a",
        "http://a.b.-",
        "http://a.☃",
        "http://[::1",
        "http://[]",
        "http://[fe80::1%25eth0]",
        "http://[::01.2.3.4]",
        "http://h:",
        "http://h:x",
        "http://h:80:80",
        "http://u:@h",
        "http://a@b@c",
        "http://h/%zz",
        "http://h/a b",
        "http://h/[",
        'http://h/"',
        "http://h##",
        "http://h#a[]",
    ],
)
def test_a_text_is_no_url(text: str) -> None:
    assert not is_url(text)
