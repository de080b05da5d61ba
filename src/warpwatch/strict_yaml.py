"""YAML as people write it for us, in which a key that is there twice is a mistake."""

from collections.abc import Hashable

import yaml

from warpwatch.errors import InputError


class _Loader(yaml.SafeLoader):
    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> str:
        """Half of a character, as an escape can make it, cannot be written anywhere again."""
        value = super().construct_scalar(node)
        if any("\ud800" <= letter <= "\udfff" for letter in value):
            raise yaml.constructor.ConstructorError(
                problem="half of a character", problem_mark=node.start_mark
            )
        return value

    def construct_mapping(
        self,
        node: yaml.MappingNode,
        deep: bool = False,  # noqa: FBT001, FBT002  as the method that it stands for
    ) -> dict[Hashable, object]:
        seen: set[object] = set()
        for key, _ in node.value:
            name = key.value if isinstance(key.value, str) else id(key)
            if name in seen and key.tag != "tag:yaml.org,2002:merge":
                raise yaml.constructor.ConstructorError(
                    problem=f"the key {name!r} is there twice", problem_mark=key.start_mark
                )
            seen.add(name)
        return super().construct_mapping(node, deep)


def read(content: bytes, where: str) -> object:
    """Plain data; InputError names the line, and never quotes it: it may hold a secret."""
    try:
        return yaml.load(content, _Loader)  # noqa: S506  a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f"{where}:{mark.line + 1}" if mark else where
        raise InputError(line, f"is not good YAML: {error.problem or error.context}") from error
    # PyYAML itself stumbles over `!!int` without a number, `!!bool maybe` and `!!timestamp soon`.
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, RecursionError) as error:
        raise InputError(where, "is not YAML") from error
