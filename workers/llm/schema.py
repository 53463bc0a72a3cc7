"""A form as the JSON schema that strict structured output takes."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

UNKNOWN_TO_SERVERS = frozenset({"title", "default", "examples", "discriminator", "minLength", "maxLength"})
"""Keywords that OpenAI's strict mode refuses or that say nothing to a model; pydantic checks them afterwards."""


def strict_schema(form: type[BaseModel]) -> dict[str, Any]:
    """The form's JSON schema with every property required and no others allowed, as OpenAI's strict mode demands.

    See https://platform.openai.com/docs/guides/structured-outputs#supported-schemas.

    Raises:
        TypeError: the form has a part with free keys, which no strict schema can tell.
    """
    strict: dict[str, Any] = _strict(form.model_json_schema())
    return strict


def _strict(node: Any) -> Any:
    if isinstance(node, list):
        return [_strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        # Siblings of a reference are refused.
        return {"$ref": node["$ref"]}
    told = {name: _strict(value) for name, value in node.items() if name not in UNKNOWN_TO_SERVERS}
    for names in ("properties", "$defs"):
        if names in node:
            # Here the keys are names of our own, not keywords.
            told[names] = {name: _strict(value) for name, value in node[names].items()}
    if "oneOf" in told:
        told["anyOf"] = told.pop("oneOf")
    if node.get("type") == "object":
        if "properties" not in node:
            raise TypeError("a form for strict answers must name all its fields; a mapping with free keys does not")
        told |= {"additionalProperties": False, "required": list(node["properties"])}
    return told
