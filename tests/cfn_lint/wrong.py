"""Writes templates with one mistake each: wrong.py TEMPLATE FOLDER"""

import copy
import json
import pathlib
import sys

RESOURCE = "ResourceServerWidgets"


def without_identifier(template):
    del template["Resources"][RESOURCE]["Properties"]["Identifier"]


def with_unknown_property(template):
    template["Resources"][RESOURCE]["Properties"]["ScopeNames"] = []


def with_scopes_as_texts(template):
    template["Resources"][RESOURCE]["Properties"]["Scopes"] = ["widgets/read"]


def with_slash_in_scope_name(template):
    scopes = template["Resources"][RESOURCE]["Properties"]["Scopes"]
    scopes[0]["ScopeName"] = "widgets/read"


def with_url_as_name(template):
    properties = template["Resources"][RESOURCE]["Properties"]
    properties["Name"] = "https://api.example.com"


def with_101_scopes(template):
    template["Resources"][RESOURCE]["Properties"]["Scopes"] = [
        {"ScopeName": str(number), "ScopeDescription": "x"} for number in range(101)
    ]


def with_logical_id_of_other_characters(template):
    resources = template["Resources"]
    resources["resource_server"] = resources.pop(RESOURCE)


def without_parameter(template):
    del template["Parameters"]


def with_variable_in_text(template):
    scopes = template["Resources"][RESOURCE]["Properties"]["Scopes"]
    scopes[0]["ScopeDescription"] = "${UserPoolId}"


def main():
    template = json.loads(pathlib.Path(sys.argv[1]).read_text())
    folder = pathlib.Path(sys.argv[2])
    mistakes = [
        without_identifier,
        with_unknown_property,
        with_scopes_as_texts,
        with_slash_in_scope_name,
        with_url_as_name,
        with_101_scopes,
        with_logical_id_of_other_characters,
        without_parameter,
        with_variable_in_text,
    ]
    for mistake in mistakes:
        wrong = copy.deepcopy(template)
        mistake(wrong)
        (folder / f"{mistake.__name__}.json").write_text(json.dumps(wrong))


main()
