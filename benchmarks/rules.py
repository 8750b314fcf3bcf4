"""What a hundred rules cost an event through our wrapper, beside the same rules in bare cel-cpp.

``python -m benchmarks.rules [--events 400] [--rounds 7]`` (`make bench-rules`). The sides take
turns within a round and are measured in processor time; the medians over the rounds are told. Bare
is ``Expression.eval`` for each rule over variables that were made before, its value unread; ours
makes the variables from event and signals, evaluates, tells errors apart and names the policies.
"""

import argparse
import importlib.metadata
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cel_expr_python import cel

from benchmarks import machine
from tutela.detection.rules.cel import Language, value_of
from tutela.detection.rules.checking import check
from tutela.detection.rules.facts import Facts, facts_of
from tutela.detection.rules.policies import Policies, evaluate
from tutela.detection.rules.policy import Act, Action, Mode, Policy
from tutela.detection.rules.reading import Read, Written
from tutela.detection.rules.variables import Vocabulary
from tutela.detection.rules.yaml_file import YamlFile
from tutela.domain.signals import Match, Result, Signal
from tutela.domain.vocabulary import Category

RULES = 100
EVENTS = 400
ROUNDS = 7
#: Of the events in the last part: those of which one thing is unknown that 5 of 100 rules read,
#: every twentieth.
UNKNOWN_SHARE = 0.3
VOCABULARY = Vocabulary()
WORDS = [f"token{n:03d}" for n in range(300)]
SHAPES = (
    "content.text.contains('{word}') && content.language == 'de'",
    "'{word}' in content.tags || content.tags.size() > {n}",
    "signals.terms.matched && content.text.startsWith('{word}')",
    "content.tags.exists(tag, tag == '{word}') && event.visibility == 'public'",
    "content.text.matches('{word}[0-9]+x') || (account.minor == 'no' && content.kind == 'k{n}')",
)
OF_AGE = "event.at - account.created_on < duration('{n}h') && content.text.contains('{word}')"


@dataclass(frozen=True, slots=True)
class Side:
    """One way to evaluate, and in microseconds what one event took in each round."""

    name: str
    run: Callable[[int], object]
    spent_us: list[float]


def main() -> None:
    """Prints the figures of one run."""
    parser = argparse.ArgumentParser(description="a hundred rules an event beside bare cel-cpp")
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args()
    for line in lines(events=given.events, rounds=given.rounds):
        print(line, flush=True)


def lines(*, events: int, rounds: int) -> Iterator[str]:
    """The report."""
    yield from (f"{name:<18} {told}" for name, told in _surroundings().items())
    for what, unknown_share in (("all known", 0.0), ("a third unknown", UNKNOWN_SHARE)):
        sides = _sides(events=events, unknown_share=unknown_share)
        for _ in range(rounds):
            for side in sides:
                side.spent_us.append(_processor_us(side.run, events=events))
        yield f"{what}: {RULES} rules on each of {events} events, {rounds} rounds"
        yield from _told(sides)


def _told(sides: Sequence[Side]) -> Iterator[str]:
    bare = sides[0].spent_us
    for side in sides:
        us = statistics.median(side.spent_us)
        ratios = sorted(mine / its for mine, its in zip(side.spent_us, bare, strict=True))
        yield (
            f"  {side.name:<44} {us:8.1f} us an event  {RULES / us * 1e6:11,.0f} rules/s"
            f"   {statistics.median(ratios):5.2f} x bare ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        )


def _processor_us(run: Callable[[int], object], *, events: int) -> float:
    before = time.process_time_ns()
    for number in range(events):
        run(number)
    return (time.process_time_ns() - before) / 1_000 / events


def _sides(*, events: int, unknown_share: float) -> list[Side]:
    chance = random.Random(5)
    policies = _policies(chance)
    stored = [_event(chance, unknown_share=unknown_share) for _ in range(events)]
    heard = (
        Signal(detector="hashes", result=Result.NO_MATCH),
        Signal(
            detector="terms",
            result=Result.MATCH,
            matches=(Match(list="l", entry="e", version=1, tags=("t",)),),
        ),
    )
    facts = [facts_of(each, signals=heard, vocabulary=VOCABULARY) for each in stored]
    _agree(policies, facts=facts)
    return [
        *_bare(policies, facts=facts),
        Side("ours, from the variables, rule by rule", _one_by_one(policies, facts=facts), []),
        Side("ours, from the variables", lambda n: evaluate(policies, facts=facts[n]), []),
        Side(
            "ours, from the event to the outcomes",
            lambda n: evaluate(
                policies, facts=facts_of(stored[n], signals=heard, vocabulary=VOCABULARY)
            ),
            [],
        ),
    ]


def _bare(policies: Policies, *, facts: Sequence[Facts]) -> list[Side]:
    """cel-cpp as it comes: what it gives is not looked at, so errors stay unseen."""
    env, texts = _environment(), [each.when for each in policies.policies]
    expressions = [env.compile(text) for text in texts]
    listed = env.compile("[" + ",".join(f"({text})" for text in texts) + "]")

    def rule_by_rule(number: int) -> None:
        activation = env.Activation(facts[number].known)
        for each in expressions:
            each.eval(activation)

    def as_a_list(number: int) -> None:
        listed.eval(env.Activation(facts[number].known)).plain_value()

    return [
        Side("bare, rule by rule", rule_by_rule, []),
        Side("bare, one list (one error hides all)", as_a_list, []),
    ]


def _one_by_one(policies: Policies, *, facts: Sequence[Facts]) -> Callable[[int], object]:
    on_event = policies.by_event["content"]

    def run(number: int) -> object:
        known = facts[number]
        activation = on_event.language.activation(known)
        return [
            each.outcome(value_of(each.program, activation=activation, unknown=known.unknown))
            for each in on_event.checked
        ]

    return run


def _agree(policies: Policies, *, facts: Sequence[Facts]) -> None:
    """Stops the run where batches say anything else than rules one by one."""
    on_event = policies.by_event["content"]
    for known in facts:
        activation = on_event.language.activation(known)
        alone = [
            value_of(each.program, activation=activation, unknown=known.unknown)
            for each in on_event.checked
        ]
        said = [each.outcome(value) for each, value in zip(on_event.checked, alone, strict=True)]
        assert list(evaluate(policies, facts=known)) == said


def _environment() -> cel.Env:
    types = {
        "text": cel.Type.STRING,
        "words": cel.Type.List(cel.Type.STRING),
        "flag": cel.Type.BOOL,
        "count": cel.Type.INT,
        "number": cel.Type.DOUBLE,
        "time": cel.Type.TIMESTAMP,
        "day": cel.Type.TIMESTAMP,
    }
    readable = VOCABULARY.readable("content")
    return cel.NewEnv(variables={each.name: types[each.kind] for each in readable})


def _policies(chance: random.Random) -> Policies:
    every = (*SHAPES * 4, OF_AGE)[1:]
    shapes = every * (RULES // len(every))
    texts = [
        shape.format(word=chance.choice(WORDS), n=chance.randrange(21, 90)) for shape in shapes
    ]
    file = YamlFile(name="benchmark", value=None)
    language = Language(list(VOCABULARY.readable("content")))
    assert all(language.program(text) for text in texts)
    written = tuple(
        Written(policy=_policy(text, number=number), file=file, pointer="")
        for number, text in enumerate(texts)
    )
    return check(Read(written=written, vocabulary=VOCABULARY))


def _policy(when: str, *, number: int) -> Policy:
    return Policy(
        id=f"rule-{number}",
        version=1,
        mode=Mode.LIVE,
        title="A rule",
        owner="benchmark",
        legal_basis=("public_content",),
        events=("content",),
        when=when,
        action=Action(do=Act.OPEN_CASE, category=Category.NOT_SPECIFIED_NOTICE),
        tests=(),
    )


def _event(chance: random.Random, *, unknown_share: float) -> dict[str, object]:
    words = chance.choices(WORDS, k=30)
    created = {} if chance.random() < unknown_share else {"created_at": "2026-10-20T10:00:00Z"}
    return {
        "type": "content",
        "at": "2026-11-20T10:00:00Z",
        "visibility": "public",
        "content_id": "post-1",
        "account_id": "a-1",
        "kind": "text",
        "text": " ".join(words),
        "language": "de",
        "tags": words[:5],
        "account": {"minor": "no", "country": "DE", **created},
    }


def _surroundings() -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        told = machine.described(Path(folder))
    kept = {name: told[name] for name in ("processor", "memory", "system", "python", "commit")}
    return {**kept, "cel-expr-python": importlib.metadata.version("cel-expr-python")}


if __name__ == "__main__":
    main()
