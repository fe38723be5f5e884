"""The centre's one list of people: who sits at telephones, who leads, who acts on tickets."""

from __future__ import annotations

import pytest

from tellerline.callcenter.people import PeopleError, load_people, read_people
from tellerline.routing.calls.plan import load_plan
from tellerline.routing.tickets.kinds import Role

LISTED = """
[[people]]
id = "A1001"
roles = ["agent", "leader"]
telephone = "1001"
skills = { cards = 8 }

[[people]]
id = "D3001"
roles = ["department"]
department = "cards"
"""


async def test_the_list_says_who_may_do_what() -> None:
    people = read_people(LISTED, load_plan())
    assert {who: listed.leader for who, listed in people.roster.items()} == {"A1001": True}
    assert people.roster["A1001"].profile.skills == {"cards": 8}
    assert (people.telephones, people.leader) == ({"A1001": "1001"}, "A1001")
    agent, clerk = await people.staff.find("A1001"), await people.staff.find("D3001")
    assert agent is not None
    assert agent.roles == {Role.AGENT, Role.LEADER}
    assert clerk is not None
    assert clerk.department == "cards"
    assert await people.staff.find("X") is None


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ('"leader"', '"boss"', "people.0.roles.1: Input should be"),
        ('"D3001"', '"A1001"', "people: A1001 stands twice"),
        ('department = "cards"', "", "people.1: a department stands with the role department"),
        ('"leader"]', '"leader"]\ndepartment = "x"', "people.0: a department stands with the role"),
        ('department = "cards"', 'department = "cards"\ntelephone = "1009"', "people.1: telephone and skills stand"),
        ("cards = 8", "carts = 8", "people.0.skills: 'carts' is not in the plan"),
        ('["department"]', "[]", "people.1.roles: "),
        ('"1001"', '"none"', "people.0.telephone: "),
        ('id = "A1001"', 'id = "A1001"\nage = 3', "people.0.age: "),
        ("[[people]]", "[people", "not TOML"),
    ],
)
def test_a_mistake_is_named_with_its_place(good: str, bad: str, said: str) -> None:
    with pytest.raises(PeopleError) as refused:
        read_people(LISTED.replace(good, bad, 1), load_plan())
    assert said in str(refused.value)


def test_the_people_that_come_with_the_product_fit_its_plan() -> None:
    people = load_people(plan=load_plan())
    assert people.leader
    assert set(people.telephones) == set(people.roster)
    assert {role for person in people.everybody for role in person.roles} == set(Role)
