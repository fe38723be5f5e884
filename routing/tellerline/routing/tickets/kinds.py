"""The words of tickets: kinds, where a ticket stands, who may act, who is told."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a ticket 工单 is about."""

    COMPLAINT = "complaint"
    """投诉."""
    CONSULTATION = "consultation"
    """咨询."""
    SUGGESTION = "suggestion"
    """建议."""
    PRAISE = "praise"
    """表扬."""
    APPOINTMENT = "appointment"
    """预约."""
    LEAD = "lead"
    """落地单: handed to a branch, such as the request for a small-business loan."""


class Standing(StrEnum):
    """Where a ticket stands, as agents see it."""

    NEW = "new"
    """新建."""
    WAITING_FOR_REVIEW = "waiting_for_review"
    """待审核."""
    IN_WORKFLOW = "in_workflow"
    """流程中."""
    PROCESSED = "processed"
    """已处理."""
    OPINION_MISSING = "opinion_missing"
    """客户意见未登记: the customer has been told, what he thinks of it is not recorded."""


class Ending(StrEnum):
    """How a processed ticket ended."""

    ANSWERED = "answered"
    """The customer got his answer, or what was wished was done."""
    SATISFIED = "satisfied"
    DISSATISFIED = "dissatisfied"
    NO_OPINION = "no_opinion"
    """The customer was told and would not, or could not, say what he thinks."""
    REJECTED = "rejected"
    """Nothing came of it: not a case, not kept, not won."""
    WITHDRAWN = "withdrawn"
    """撤诉: on the customer's wish."""


class Role(StrEnum):
    """Who acts on tickets, and who is called when a clock runs out."""

    AGENT = "agent"
    LEADER = "leader"
    DEPARTMENT = "department"
    AUDIT = "audit"
    CENTRE = "centre"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"


class Party(StrEnum):
    """Who is told of praise."""

    PERSON = "person"
    DEPARTMENT = "department"
    UNION = "union"


class Urgency(StrEnum):
    """紧急程度."""

    NORMAL = "normal"
    URGENT = "urgent"
    MAJOR = "major"
    """重大事件: leader, supervisor and manager are called at once, whatever the hour."""


class CustomerCategory(StrEnum):
    """客户级别. ``NONE`` for a caller who is no customer, or not known."""

    NONE = ""
    STANDARD = "standard"
    GROUP = "group"
    VIP = "vip"
