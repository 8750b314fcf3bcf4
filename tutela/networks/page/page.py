"""The page as one text: nothing in it is fetched, and no id in it is read as anything but text."""

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Final

import msgspec
import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from tutela.networks.figures import odds, percent
from tutela.networks.kinds import called
from tutela.networks.page import drawing, scorers
from tutela.networks.page.picture import WIDE, Picture, picture
from tutela.networks.page.shown import GROUPS_APART, NEARNESS, Lead, Names, Shown, group_of
from tutela.networks.reasons.tokens import masked
from tutela.networks.reasons.words import sentences

_TEMPLATES: Final = Environment(
    loader=PackageLoader("tutela.networks", "page"),
    autoescape=select_autoescape(default=True, default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
#: Layouts start from the same chance, so that a ring looks the same each time it is shown.
_SEED_OF_THE_LAYOUT = 7
_FIRST_ARE_LARGE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """An account of the list and of the picture."""

    number: int
    handle: str
    x: int
    y: int
    #: Which shape and colour it has, from 0; None for a seed.
    style: int | None
    group: str
    rank: int = 0
    score: float = 0.0
    reasons: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_large(self) -> bool:
        return 0 < self.rank <= _FIRST_ARE_LARGE


def html(shown: Shown) -> str:
    """The whole page."""
    places = np.concatenate([shown.seeds, [lead.why.account for lead in shown.leads]]).astype(
        np.int64
    )
    chance = np.random.default_rng(_SEED_OF_THE_LAYOUT)
    seen = picture(shown.graph, accounts=places, chance=chance)
    styles = _styles(shown)
    rows = _rows(shown, seen=seen, styles=styles)
    style, script = _text("page.css"), _text("page.js")
    return _TEMPLATES.get_template("page.html.j2").render(
        shown=shown,
        seeds=[row for row in rows if row.style is None],
        leads=[row for row in rows if row.style is not None],
        groups=_counted(rows),
        scored_by=scorers.said(shown.scorers),
        cautioned=sum(bool(row.cautions) for row in rows),
        called=called,
        accounts=len(shown.graph.names) - len(shown.seeds),
        picture=seen,
        drawing=drawing,
        alone=len(rows) - len(np.unique(seen.ends)),
        lines=drawing.lines(seen),
        data=_json(_data(shown, seen=seen)),
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        policy=_policy(style=style, script=script),
        percent=percent,
        odds=odds,
    )


def _styles(shown: Shown) -> dict[str, int]:
    """By group its style, the largest first; where there are many, small ones share the last."""
    members = Counter(group_of(lead.why, groups=shown.groups) for lead in shown.leads)
    if not shown.groups:
        return {group: style for style, group in enumerate(NEARNESS)}
    apart = GROUPS_APART if len(members) <= GROUPS_APART else GROUPS_APART - 1
    return {group: min(n, apart) for n, (group, _) in enumerate(members.most_common())}


def _rows(shown: Shown, *, seen: Picture, styles: dict[str, int]) -> list[_Row]:
    at = drawing.points(seen).tolist()
    handles = {place: f"seed {n}" for n, place in enumerate(shown.seeds.tolist(), 1)}
    seeds = [
        _Row(number=n, handle=handle.capitalize(), x=x, y=y, style=None, group="Seed")
        for n, (handle, (x, y)) in enumerate(zip(handles.values(), at, strict=False))
    ]
    leads = [
        _lead(lead, shown=shown, number=number, at=(x, y), handles=handles)
        for number, (lead, (x, y)) in enumerate(
            zip(shown.leads, at[len(seeds) :], strict=True), len(seeds)
        )
    ]
    return seeds + [replace(row, style=styles[row.group]) for row in leads]


def _lead(
    lead: Lead, *, shown: Shown, number: int, at: tuple[int, int], handles: Mapping[int, str]
) -> _Row:
    place = lead.why.account
    return _Row(
        number=number,
        handle=f"Lead {lead.rank}",
        x=at[0],
        y=at[1],
        style=0,
        group=group_of(lead.why, groups=shown.groups),
        rank=lead.rank,
        score=lead.score,
        reasons=tuple(sentences(lead.why, naming=handles.__getitem__, showing=masked)),
        cautions=tuple(shown.cautions.get(place, ())),
        notes=tuple(shown.notes.get(place, ())),
    )


def _counted(rows: list[_Row]) -> list[tuple[str, int, int]]:
    """By style the group that has it, or how many have, and how many leads."""
    counts = Counter(row.style for row in rows if row.style is not None)
    groups = {style: {row.group for row in rows if row.style == style} for style in counts}
    return [
        (min(of) if len(of) == 1 else f"{len(of)} smaller groups", style, counts[style])
        for style, of in sorted(groups.items())
    ]


def _data(shown: Shown, *, seen: Picture) -> dict[str, object]:
    named = seen.accounts.tolist() if shown.names is Names.HIDDEN else []
    return {
        "names": [str(shown.graph.names[place].as_py()) for place in named],
        "edges": drawing.flat(seen),
        "kinds": [called(kind) for kind in seen.names_of_kinds],
        "box": [0, 0, round(WIDE * drawing.HIGH), drawing.HIGH],
        "seeds": len(shown.seeds),
    }


def _json(value: object) -> Markup:
    """JSON that no HTML parser reads as an end or a comment."""
    text = msgspec.json.encode(value).decode()
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - without a sign that HTML reads


def _policy(*, style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _text(name: str) -> str:
    return (files("tutela.networks.page") / name).read_text(encoding="utf-8")
