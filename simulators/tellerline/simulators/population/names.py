"""Chinese personal names, put together by chance."""

from __future__ import annotations

from tellerline.adapters.clock import Randomness

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏"
    "钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_COMPOUND = ("欧阳", "上官", "司马", "诸葛", "司徒", "夏侯", "皇甫", "慕容")
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国文斌波辉宇浩凯健俊帆雪梅琳晶欣佳怡婷雨晨思远子轩梓涵一诺"
    "若曦嘉铭泽楷睿博昊然天佑景行书瑶诗涵语嫣海燕春生东升向阳志远永康福贵德胜家栋国栋慧颖淑珍翠莲素云彩凤金凤银铃"
)


def personal_name(chance: Randomness) -> str:
    """A surname and one or two given characters; one in sixty has a compound surname."""
    surname = (
        _COMPOUND[chance.below(len(_COMPOUND))] if chance.below(60) == 0 else _SURNAMES[chance.below(len(_SURNAMES))]
    )
    count = 1 if chance.below(4) == 0 else 2
    return surname + "".join(_GIVEN[chance.below(len(_GIVEN))] for _ in range(count))
