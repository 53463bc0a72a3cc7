"""Forms as strict JSON schemas."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from workers.llm.schema import strict_schema


class Cat(BaseModel):
    kind: Literal["cat"]
    title: str = Field("", max_length=9, description="What it is called.")


class Dog(BaseModel):
    kind: Literal["dog"]
    friend: Cat | None = None


class Zoo(BaseModel):
    animals: list[Annotated[Cat | Dog, Field(discriminator="kind")]]
    first: Cat = Field(description="The first one.")


def nodes(schema: Any) -> list[dict[str, Any]]:
    below = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else []
    return ([schema] if isinstance(schema, dict) else []) + [node for value in below for node in nodes(value)]


def test_every_object_requires_all_its_properties_and_allows_no_others() -> None:
    objects = [node for node in nodes(strict_schema(Zoo)) if node.get("type") == "object"]
    assert len(objects) == 3
    for node in objects:
        assert node["required"] == list(node["properties"]) and node["additionalProperties"] is False


def test_what_strict_mode_refuses_is_left_out_and_what_a_model_can_use_stays() -> None:
    schema = strict_schema(Zoo)
    cat = schema["$defs"]["Cat"]["properties"]
    assert cat["title"] == {"type": "string", "description": "What it is called."}, "a property of that name stays"
    assert schema["properties"]["first"] == {"$ref": "#/$defs/Cat"}
    assert set(schema["properties"]["animals"]["items"]) == {"anyOf"}
    assert not {"default", "oneOf", "discriminator", "maxLength"} & {name for node in nodes(schema) for name in node}


def test_a_form_with_free_keys_is_a_mistake_of_ours() -> None:
    class Free(BaseModel):
        names: dict[str, str]

    with pytest.raises(TypeError, match="name all its fields"):
        strict_schema(Free)
