"""`GET /openapi.json`: every call as OpenAPI 3.1, from the types that read and answer it."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from http import HTTPStatus
from typing import Any, Final, Protocol

import msgspec

import tutela
from tutela.web.answer import JSON, JSON_LINES, Answer
from tutela.web.endpoint import Asked, Handler, Terms
from tutela.web.operation import Operation
from tutela.web.operations import OPERATIONS
from tutela.web.problem import PROBLEM_JSON, Problem

_REFERENCE: Final = "#/components/schemas/{name}"
_BODY_ERRORS: Final = (400, 408, 413, 415, 422)
_QUERY_SCHEMAS: Final[Mapping[str, dict[str, object]]] = {
    "require": {"const": "article_16"},
    "batch": {"type": "string", "minLength": 1, "maxLength": 512},
    "limit": {"type": "integer", "minimum": 1, "maximum": 200},
    "after": {"type": "string", "format": "uuid"},
    "state": {"enum": ["open", "closed"]},
    "log_id": {"type": "string"},
    "from": {"type": "integer", "minimum": 0},
    "to": {"type": "integer", "minimum": 0},
}


class DescribedCall(Protocol):
    """What this document says of a call beside its operation."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def terms(self) -> Terms: ...


def show_openapi(calls: Sequence[DescribedCall]) -> Handler:
    """200 with the document of all calls, as they are when it is first asked for."""

    @cache
    def written() -> bytes:
        return msgspec.json.encode(document(calls))

    async def handle(asked: Asked) -> Answer:
        del asked
        return Answer(HTTPStatus.OK, written())

    return handle


def document(calls: Iterable[DescribedCall]) -> dict[str, Any]:
    """The OpenAPI document of the calls; KeyError for one that `OPERATIONS` does not describe."""
    listed = [(call, OPERATIONS[f"{call.method} {call.path}"]) for call in calls]
    kinds = [kind for _, operation in listed for kind in operation.kinds]
    schemas, components = msgspec.json.schema_components([*kinds, Problem], ref_template=_REFERENCE)
    schema_of = {id(kind): schema for kind, schema in zip([*kinds, Problem], schemas, strict=True)}
    paths: dict[str, dict[str, object]] = {}
    for call, operation in listed:
        described = _Described(call, operation=operation, schema_of=schema_of)
        paths.setdefault(call.path, {})[call.method.lower()] = described.written()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tutela",
            "version": tutela.__version__,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


class _Described:
    """One call on its way into the document."""

    def __init__(
        self, call: DescribedCall, *, operation: Operation, schema_of: Mapping[int, object]
    ) -> None:
        self._call = call
        self._operation = operation
        self._schema_of = schema_of

    def written(self) -> dict[str, object]:
        """The operation object (OpenAPI 3.1, 4.8.10)."""
        terms, operation = self._call.terms, self._operation
        written: dict[str, object] = {
            "summary": operation.summary,
            "operationId": operation.name,
            "parameters": [*self._parameters()],
            "responses": {**self._answers(), **self._errors()},
            "security": [] if terms.right is None else [{"token": []}],
        }
        if terms.right is not None:
            written["description"] = f"Needs the right to {terms.right.replace('_', ' ')}."
        if operation.takes is not None:
            content = {terms.takes or JSON: {"schema": self._schema_of[id(operation.takes)]}}
            written["requestBody"] = {"required": operation.body_required, "content": content}
        return written

    def _parameters(self) -> Iterable[dict[str, object]]:
        for name in _path_names(self._call.path):
            schema = {"type": "string"}
            yield {"name": name, "in": "path", "required": True, "schema": schema}
        for name in sorted(self._call.terms.queries):
            required = name in self._operation.queries_required
            schema_of_query = self._operation.query_schemas.get(name) or _QUERY_SCHEMAS[name]
            yield {"name": name, "in": "query", "required": required, "schema": schema_of_query}
        if self._operation.takes_key:
            schema_of_key = {"type": "string", "minLength": 1, "maxLength": 512}
            yield {"name": "Idempotency-Key", "in": "header", "schema": schema_of_key}

    def _answers(self) -> dict[str, object]:
        answers: dict[str, object] = {}
        for status, kind in self._operation.answers.items():
            told: dict[str, object] = {"description": HTTPStatus(status).phrase}
            if kind is not None:
                content_type = self._operation.content_type
                schema = self._schema_of[id(kind)] if content_type in {JSON, JSON_LINES} else {}
                told["content"] = {content_type: {"schema": schema}}
            answers[str(status)] = told
        return answers

    def _errors(self) -> dict[str, object]:
        operation, terms = self._operation, self._call.terms
        statuses = {500, 503, *operation.errors}
        if terms.right is not None:
            statuses |= {401, 403}
        if operation.takes is not None or terms.takes is not None:
            statuses |= set(_BODY_ERRORS)
        if terms.pace is not None:
            statuses.add(429)
        if terms.queries or terms.right is None:
            statuses.add(422)
        if operation.error is not None:
            statuses.discard(422)
        kind, content_type = operation.error or Problem, operation.error_type or PROBLEM_JSON
        content = {content_type: {"schema": self._schema_of[id(kind)]}}
        return {
            str(int(status)): {"description": HTTPStatus(status).phrase, "content": content}
            for status in sorted(statuses)
        }


def _path_names(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]
