"""Write the questions of reports/ into template.yaml, as named queries of Athena.

python -m tools.queries
"""

import json
import re
from pathlib import Path

from pytracking.reporting.questions import QUESTIONS, people, question

TEMPLATE = Path(__file__).resolve().parent.parent / "template.yaml"

_SECTION = re.compile(r"(?<=word for word )-+\n\n(.*?)(?=  # --- Dashboard)", re.DOTALL)

_RESOURCE = """\
  {id}Query:
    Type: AWS::Athena::NamedQuery
    Condition: HasEventStore
    Properties:
      Name: {name}
      Description: {description}
      Database: !Ref EventDatabase
      WorkGroup: !Ref EventWorkGroup
      QueryString: |
{lines}

"""


def queries() -> dict[str, str]:
    """Return the statements by name: first the one that makes the view which the others ask."""
    view = f"CREATE OR REPLACE VIEW people AS\n{people()}"
    return {"people": view, **{name: question(name) for name in QUESTIONS}}


def section() -> str:
    """Return the resources of the template."""
    return "".join(
        _RESOURCE.format(
            id=name.capitalize(),
            name=name,
            description=json.dumps(sql[sql.index("-- ") :].splitlines()[0].removeprefix("-- ")),
            lines="\n".join(f"        {line}".rstrip() for line in sql.splitlines()),
        )
        for name, sql in queries().items()
    )


def main() -> None:
    """Write the section anew."""
    text = TEMPLATE.read_text("utf-8")
    dashes = "-" * 24
    TEMPLATE.write_text(_SECTION.sub(lambda found: f"{dashes}\n\n{section()}", text), "utf-8")


if __name__ == "__main__":
    main()
