"""The sentences in which routing explains itself, in both languages."""

from __future__ import annotations

from tellerline.routing.calls.model import StepKind, Title

STEPS = {
    StepKind.DEDICATED: Title(zh="专属座席", en="the customer's own agent"),
    StepKind.EXACT: Title(zh="技能完全匹配的座席", en="agents with the exact skill"),
    StepKind.LOWER: Title(zh="技能等级较低的座席", en="agents with lower proficiency"),
    StepKind.OVERFLOW: Title(zh="溢出组“{group}”", en="overflow group “{group}”"),
    StepKind.CALLBACK: Title(zh="建议回呼", en="proposing a callback"),
    StepKind.VOICEMAIL: Title(zh="语音信箱", en="voicemail"),
}
REASONS = {
    "rejected": Title(zh="拒接", en="rejected it"),
    "timeout": Title(zh="振铃超时未接", en="let it ring out"),
    "lost": Title(zh="座席话机失去连接", en="the agent's telephone was lost"),
    "forced": Title(zh="座席状态被更改", en="the agent's state was changed"),
}
QUEUED = Title(
    zh="来电进入“{queue}”等待（{call_class}）：没有可接此来电的空闲座席。",
    en="The call waits in {queue} ({call_class}): nobody who may take it is free.",
)
ACCEPTED = Title(zh="座席 {agent} 已接听。", en="Agent {agent} answered.")
REFUSED = Title(
    zh="座席 {agent} {reason}；{for_long}内不再向其派送此来电。",
    en="Agent {agent} {reason}, and is not offered this call again for {for_long}.",
)
RESCINDED = Title(
    zh="向座席 {agent} 的派送已撤回：{reason}；来电保留原位继续等待。",
    en="The offer to agent {agent} was withdrawn ({reason}); the call waits on at its place.",
)
CANCELED = Title(
    zh="向座席 {agent} 的派送已取消：客户不在线上。",
    en="The offer to agent {agent} was canceled: the customer is not on the line.",
)
STEP_CHANGED = Title(zh="进入下一步骤：{step}。", en="Next step: {step}.")
STEP_SKIPPED = Title(zh="跳过步骤“{step}”：无人在岗。", en="Skipped: {step}; nobody is on duty for it.")
CALLBACK_KEPT = Title(
    zh="客户选择回呼并保留原排队位置；{in_time}可拨打。",
    en="The customer takes a callback and keeps the place in line; it may be dialled {in_time}.",
)
NOW = Title(zh="有座席空闲即", en="as soon as an agent is free")
NOT_BEFORE = Title(zh="{time}后方", en="in {time} at the earliest")
LEFT = Title(zh="来电未获服务即结束。", en="The call ended without being served.")

BECAME_FREE = Title(
    zh="座席 {agent} 空闲后，在其可服务的所有排队来电中，此{kind}得分最高：{score}。",
    en="When agent {agent} became free, this {kind} had the highest score of all whom the agent may serve: {score}.",
)
WAS_FREE = Title(
    zh="来电可派送时座席 {agent} 空闲，在可接此{kind}的空闲座席中排第一：{key}。",
    en="Agent {agent} was free, and first of those free who may take this {kind}: {key}.",
)
DEDICATED = Title(zh="是该客户的专属座席", en="the customer's own agent")
PROFICIENT = Title(
    zh="技能等级 {proficiency}（满分 10），已空闲 {idle}", en="proficiency {proficiency} of 10, idle for {idle}"
)
HELPING = Title(zh="不按技能派送，已空闲 {idle}", en="skill not asked, idle for {idle}")
CALLER = Title(zh="来电", en="call")
CALLBACK = Title(zh="回呼", en="callback")
SCORE = Title(zh="等待 {waited}{credit}{aging}，共 {score}", en="waited {waited}{credit}{aging}, together {score}")
SCORE_BARE = Title(zh="等待 {waited}", en="waited {waited}")
CREDIT = Title(zh=" + 客户级别加分 {credit}", en=" + {credit} of credit for the class")
AGING = Title(zh=" + 超出服务水平加分 {aging}", en=" + {aging} for waiting beyond the service level")

BEING_OFFERED = Title(
    zh="正在向座席 {agent} 派送，已等待 {waited}。", en="It is being offered to agent {agent}, after {waited}."
)
PUT_OFF = Title(
    zh="回呼已推迟，{time}后方可拨打，原位保留。", en="The callback was put off for {time}; it keeps its place."
)
WAITS = Title(
    zh="在“{queue}”已等待 {waited}，当前步骤：{step}。", en="It has waited {waited} in {queue}; step: {step}."
)
NOBODY = Title(zh="没有可接此来电的座席在岗。", en="Nobody who may take it is on duty.")
ALL_BUSY = Title(zh="在岗 {staffed} 人，目前都不能接此来电。", en="On duty for it: {staffed}, none of them available.")
BARRED = Title(
    zh="其中 {barred} 人因利益冲突、被排除或刚未接听而不可接。",
    en="Of these, {barred} may not have this call (conflict of interest, excluded, or did not take it lately).",
)
AHEAD = Title(zh="前面有 {ahead} 个得分更高的来电。", en="Ahead of it, by score: {ahead}.")
FIRST = Title(zh="它是下一个。", en="It is next.")
STEP_IN = Title(zh="{time}后进入下一步骤。", en="The next step begins in {time}.")
