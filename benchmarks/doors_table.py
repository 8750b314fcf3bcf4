"""The doors, each with its share of the reports and what its form can't say."""

from collections.abc import Sequence
from typing import Final

from benchmarks.doors_federated import open_older_form, open_rfc9421
from benchmarks.doors_networks import open_accounts, open_atproto
from benchmarks.doors_own import open_api, open_batch, open_file, open_list
from benchmarks.doors_page import open_page
from benchmarks.doors_sending import Door
from benchmarks.doors_shapes import open_coop, open_osprey
from benchmarks.doors_world import Form, Lack

#: What people who report from a client of their network can't say.
_OF_A_NETWORK: Final = frozenset({Lack.NOTIFIER, Lack.GOOD_FAITH})


def _atproto(name: str, *, share: int) -> Form:
    return Form(
        name=name,
        share=share,
        dialect="atproto",
        never_said=_OF_A_NETWORK,
        always_said=frozenset({Lack.LOCATION}),
        accounts_by_id=True,
    )


def _activitypub(name: str, *, never_said: frozenset[Lack]) -> Form:
    always_said = {Lack.LOCATION, Lack.NOTIFIER, Lack.NAME} - never_said
    return Form(
        name=name,
        share=6,
        dialect="activitypub",
        never_said=never_said,
        always_said=frozenset(always_said),
    )


DOORS: Final[Sequence[Door]] = (
    Door(form=Form(name="JSON API", share=24), counted_as="api", opens=open_api),
    Door(form=Form(name="JSON Lines", share=14), counted_as="batch", opens=open_batch),
    Door(form=Form(name="file", share=8), counted_as="file", opens=open_file),
    Door(form=Form(name="hotline's list", share=8), counted_as="file", opens=open_list),
    Door(
        form=Form(name="report page", share=12, dialect="page"), counted_as="form", opens=open_page
    ),
    Door(form=_atproto("AT Protocol, token", share=4), counted_as="xrpc", opens=open_atproto),
    Door(form=_atproto("AT Protocol, account", share=8), counted_as="xrpc", opens=open_accounts),
    Door(
        form=_activitypub("ActivityPub, instance", never_said=_OF_A_NETWORK),
        counted_as="activitypub",
        opens=open_older_form,
    ),
    Door(
        form=_activitypub(
            "ActivityPub, person", never_said=frozenset({Lack.EMAIL, Lack.GOOD_FAITH})
        ),
        counted_as="activitypub",
        opens=open_rfc9421,
    ),
    Door(
        form=Form(name="Coop's shape", share=5, never_said=_OF_A_NETWORK),
        counted_as="coop",
        opens=open_coop,
    ),
    Door(
        form=Form(name="Osprey's shape", share=5, never_said=_OF_A_NETWORK),
        counted_as="osprey",
        opens=open_osprey,
    ),
)
