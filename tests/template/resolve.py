"""What CloudFormation makes of a template for given parameters: conditions, rules, Fn::If.

Follows "Intrinsic function reference" and "Rules" of the CloudFormation user guide, for the
functions that the template uses; others raise KeyError.
"""

from typing import Any

NO_VALUE = {"Ref": "AWS::NoValue"}


PSEUDO = {"AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com"}


def resolve(
    template: dict[str, Any], parameters: dict[str, Any], pseudo: dict[str, str] = PSEUDO
) -> dict[str, Any]:
    """Return the template with only the resources and outputs that exist for `parameters`."""
    values = values_of(template, parameters) | pseudo
    conditions = template["Conditions"]

    def exists(item: dict[str, Any]) -> bool:
        name = item.get("Condition")
        return name is None or holds({"Condition": name}, values, conditions)

    kept = {
        section: {
            name: _without_condition(_prune(item, values, conditions))
            for name, item in template[section].items()
            if exists(item)
        }
        for section in ("Resources", "Outputs")
    }
    sections = {"AWSTemplateFormatVersion", "Parameters"} & set(template)
    return {name: template[name] for name in sections} | kept


def values_of(template: dict[str, Any], parameters: dict[str, Any]) -> dict[str, Any]:
    """Return every parameter's value: the given one, else its default."""
    defaults = {name: item["Default"] for name, item in template["Parameters"].items()}
    assert set(parameters) <= set(defaults)
    return defaults | parameters


def refusals(template: dict[str, Any], parameters: dict[str, Any]) -> list[str]:
    """Return the descriptions of the assertions that these parameters break."""
    values = values_of(template, parameters)
    return [
        assertion["AssertDescription"]
        for rule in template["Rules"].values()
        if "RuleCondition" not in rule or holds(rule["RuleCondition"], values, {})
        for assertion in rule["Assertions"]
        if not holds(assertion["Assert"], values, {})
    ]


def holds(expression: Any, values: dict[str, Any], conditions: dict[str, Any]) -> bool:
    """Evaluate a condition."""
    ((name, argument),) = expression.items()
    if name == "Condition":
        return holds(conditions[argument], values, conditions)
    if name == "Fn::Equals":
        left, right = (values[one["Ref"]] if isinstance(one, dict) else one for one in argument)
        return bool(left == right)
    results = [holds(one, values, conditions) for one in argument]
    return {"Fn::Not": not results[0], "Fn::And": all(results), "Fn::Or": any(results)}[name]


def references(item: Any) -> set[str]:
    """Return the logical names that an item refers to, by Ref, GetAtt or Sub."""
    if isinstance(item, list):
        return set().union(*map(references, item)) if item else set()
    if not isinstance(item, dict):
        return set()
    found = set()
    for key, value in item.items():
        if key == "Ref":
            found.add(value)
        elif key == "Fn::GetAtt":
            found.add(value.split(".")[0] if isinstance(value, str) else value[0])
        elif key == "Fn::Sub":
            text, names = value if isinstance(value, list) else (value, {})
            found |= {name.split(".")[0] for name in _in_braces(text)} - set(names)
            found |= references(names)
        else:
            found |= references(value)
    return {name for name in found if not name.startswith("AWS::")}


def _in_braces(text: str) -> list[str]:
    names = [part.split("}")[0] for part in text.split("${")[1:]]
    return [name for name in names if not name.startswith("!")]  # ${!x} is the text ${x}


def _prune(item: Any, values: dict[str, Any], conditions: dict[str, Any]) -> Any:
    if isinstance(item, list):
        pruned = [_prune(one, values, conditions) for one in item]
        return [one for one in pruned if one != NO_VALUE]
    if not isinstance(item, dict):
        return item
    if set(item) == {"Fn::If"}:
        condition, then, otherwise = item["Fn::If"]
        chosen = then if holds({"Condition": condition}, values, conditions) else otherwise
        return _prune(chosen, values, conditions)
    pruned_items = {key: _prune(value, values, conditions) for key, value in item.items()}
    return {key: value for key, value in pruned_items.items() if value != NO_VALUE}


def _without_condition(item: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key != "Condition"}
