"""Much of everything on the screens of the queue: cases, notices of one case, and scripts."""

import json
import re
from html import unescape
from typing import Any

from tests.console.working import PRESSED, action, claimed, form_of, reported
from tests.fixtures.site import Site, notice
from tests.fixtures.staff import logged_in
from tutela.domain.vocabulary import Role

QUEUE = "/console/main/queue"
CASES = 10_000
MERGED = 200
PAGE_BYTES_MAX = 300_000
#: One name in each of five scripts, two of them from right to left, and one that holds marks.
NAMES = (
    "преглед-4f1c",
    "δοκιμή-9b07",
    "審査-1a2b",
    "مراجعة-77c0",
    "ביקורת-5e5e",
    "a\u202eb\u2066c\u200dd",
)


async def told(web: Site, *, notices: list[dict[str, Any]]) -> None:
    """All of them in one batch, every one taken."""
    body = "\n".join(json.dumps(each) for each in notices).encode()
    given = await web.post("/v1/notices/batch", body=body, content_type="application/x-ndjson")
    assert given.text.count('"accepted"') == len(notices)


async def test_ten_thousand_cases_are_pages_of_the_same_size_in_one_order(web: Site) -> None:
    subjects = [[{"kind": "content", "id": f"p-{n}"}] for n in range(CASES)]
    lines = [notice(external_id=f"n-{n}", subjects=each) for n, each in enumerate(subjects)]
    await told(web, notices=lines)
    client = await logged_in(web, role=Role.LEAD)
    at, seen, sizes = QUEUE, [], []
    for _ in range(4):
        given = await client.get(at)
        assert given.status_code == 200
        seen += re.findall(r"/console/main/cases/([0-9a-f-]{36})\"", given.text)
        sizes.append(len(given.content))
        at = unescape(re.findall(r'<a href="([^"]+)" rel="next"', given.text)[0])
    assert (len(seen), len(set(seen))) == (200, 200)
    assert max(sizes) < PAGE_BYTES_MAX
    due = await web.house.rows("SELECT id FROM case_file ORDER BY due_at, id LIMIT 200")
    assert seen == [str(case_id) for (case_id,) in due]
    assert await claimed(client) == f"/console/main/cases/{seen[0]}"


async def test_a_merge_of_two_hundred_is_one_page_and_decided_once(web: Site) -> None:
    """Each with words of its own, so that nothing folds, and each as long as notices are."""
    sent = [
        notice(external_id=f"m-{n}", explanation=f"token {n} " + "w" * 1_500) for n in range(MERGED)
    ]
    await told(web, notices=sent)
    client = await logged_in(web, role=Role.REVIEWER)
    at = await claimed(client)
    page = await client.get(at)
    assert len(page.content) < PAGE_BYTES_MAX
    assert f"{MERGED} open of {MERGED}" in page.text
    shown = page.text.count('<article class="notice')
    untold = int(re.findall(r"(\d+) more notices are not told one by one", page.text)[0])
    assert shown + untold == MERGED
    given = await client.post(f"{at}/decide", data=await form_of(client, at=at))
    assert given.headers["location"] == f"{at}?said=decided"
    assert await web.house.rows("SELECT item_count FROM decision") == [(MERGED,)]
    assert "Nothing of it is open" in (await client.get(given.headers["location"])).text


async def test_names_in_five_scripts_are_shown_and_restricted_as_they_came(web: Site) -> None:
    client = await logged_in(web, role=Role.LEAD)
    for name in NAMES:
        subject = {"kind": "content", "id": name, "account_id": f"{name}-account"}
        await reported(web, subjects=[subject], explanation=f"{name} sells token 9b07")
        at = await claimed(client)
        page = unescape((await client.get(at)).text)
        assert f"<code>{name}</code>" in page
        assert f"<code>{name}-account</code>" in page
        assert f"{name} sells token 9b07" in page
        form = await form_of(
            client, at=at, **action(measure=["account_suspended"]), account=f"{name}-account"
        )
        assert (await client.post(f"{at}/decide", data=form)).status_code == 303
        again = unescape((await client.get(at)).text)
        assert f"<code>{name}</code>" in again
    assert len(await web.house.rows("SELECT 1 FROM measure")) == len(NAMES)
    assert (await client.post(f"{QUEUE}/claim", data=PRESSED)).headers["location"] == (
        f"{QUEUE}?said=nothing"
    )
