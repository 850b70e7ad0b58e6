# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML that anybody may have written, loaded with PyYAML."""

from __future__ import annotations

_TIMESTAMP = "tag:yaml.org,2002:timestamp"


def load_yaml(text: str, limit: int) -> object:
    """Return what a text holds, with times as they are written, as JSON has none.

    `limit` is the maximum number of keys, with those that merge keys (`<<`) multiply. Raises ImportError without
    PyYAML, and ValueError and RecursionError.
    """
    import yaml

    class Loader(yaml.SafeLoader):
        yaml_implicit_resolvers = {  # noqa: RUF012
            first: [one for one in resolvers if one[0] != _TIMESTAMP]
            for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }
        left = limit

        def flatten_mapping(self, node: yaml.MappingNode) -> None:
            super().flatten_mapping(node)
            self.left -= len(node.value)
            if self.left < 0:
                raise ValueError("merge keys multiply too much")

    try:
        return yaml.load(text, Loader)
    # PyYAML raises all of these for a tag that its value does not fit.
    except (yaml.YAMLError, AttributeError, LookupError, TypeError, OverflowError) as error:
        raise ValueError(str(error)) from None
