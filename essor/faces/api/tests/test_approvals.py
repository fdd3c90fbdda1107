"""Submit, approve, refuse, take back and hand over by program."""
# ruff: noqa: F811 -- fixtures come by name

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from essor.access.actor import Actor
from essor.domain.approvals.tests.conftest import (  # noqa: F401 -- fixtures by name
    Person,
    Process,
    admin,
    deal,
    manager,
    person,
    process,
    rep,
)
from essor.kernel import ids

ADDRESS = "process/approvals"


def one(action: str, key: str, **more: Any) -> dict[str, Any]:
    return {"requests": [{"actionType": action, "contextId": key, **more}]}


def test_the_way_of_a_request(
    process: Process, rep: Actor, manager: Actor, call_as: Callable[..., Any]
) -> None:
    process()
    asker, decider = call_as(rep), call_as(manager)
    listed = asker("get", ADDRESS).json()["approvals"]["Opportunity"]
    assert [found["name"] for found in listed] == ["Large deal"]
    record = ids.encode("006", deal(rep))
    (asked,) = asker("post", ADDRESS, one("Submit", record, comments="Please")).json()
    assert asked["success"]
    assert asked["entityId"] == record
    assert asked["instanceStatus"] == "Pending"
    assert asked["actorIds"] == [ids.encode("005", manager.user_id)]
    (item,) = asked["newWorkitemIds"]
    refused = asker("post", ADDRESS, one("Approve", item))
    assert refused.status_code == 207
    assert refused.json()[0]["errors"][0]["statusCode"] == "INSUFFICIENT_ACCESS"
    (silent,) = decider("post", ADDRESS, one("Reject", item)).json()
    assert silent["errors"][0]["fields"] == ["comment"]
    (done,) = decider("post", ADDRESS, one("Reject", item, comments="Too much")).json()
    assert (done["success"], done["instanceStatus"], done["actorIds"]) == (True, "Rejected", [])
    rows = asker("get", "records/ProcessInstance")
    assert [found["Status"] for found in rows.json()["records"]] == ["Rejected"]


def test_taken_back_and_handed_over(
    process: Process, rep: Actor, manager: Actor, person: Person, call_as: Callable[..., Any]
) -> None:
    process()
    other = person("Other", "")
    asker, decider = call_as(rep), call_as(manager)
    record = ids.encode("006", deal(rep))
    (asked,) = asker("post", ADDRESS, one("Submit", record)).json()
    to = [ids.encode("005", other.user_id)]
    (moved,) = decider(
        "post", ADDRESS, one("Reassign", asked["newWorkitemIds"][0], nextApproverIds=to)
    ).json()
    assert moved["actorIds"] == to
    (ended,) = asker("post", ADDRESS, one("Removed", asked["instanceId"])).json()
    assert ended["instanceStatus"] == "Removed"


def test_each_request_stands_alone_and_nonsense_is_refused(
    process: Process, rep: Actor, call_as: Callable[..., Any]
) -> None:
    process()
    caller = call_as(rep)
    good, small = ids.encode("006", deal(rep)), ids.encode("006", deal(rep, 5))
    body = {
        "requests": [one("Submit", key)["requests"][0] for key in (good, small, "nothing")]
        + [{"actionType": "Dance"}]
    }
    found = caller("post", ADDRESS, body)
    assert found.status_code == 207
    codes = [None if row["success"] else row["errors"][0]["statusCode"] for row in found.json()]
    assert codes == [None, "NO_APPLICABLE_PROCESS", "NOT_FOUND", "MALFORMED_ID"]
    assert caller("post", ADDRESS, {"requests": "x"}).status_code == 400
    assert "/api/v1/process/approvals" in caller("get", "openapi.json").json()["paths"]
