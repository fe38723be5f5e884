"""The login form: what a customer sees, in Chinese or English, without a script."""

from __future__ import annotations

from html import escape
from typing import Final

_TEXTS: Final = {
    False: {
        "lang": "zh-CN",
        "bank": "Tellerline 银行",
        "title": "网上银行登录",
        "customer": "客户号",
        "pin": "密码",
        "submit": "登录",
        "note": "开发用登录服务：由网关核对客户号和密码。",
        "over": "登录页面已失效，请返回网上银行重新登录。",
        "bad": "登录请求有误，请返回网上银行重新登录。",
        "out": "您已退出登录。",
    },
    True: {
        "lang": "en",
        "bank": "Tellerline Bank",
        "title": "Online banking login",
        "customer": "Customer number",
        "pin": "PIN",
        "submit": "Log in",
        "note": "A login service for development: the gateway compares customer number and PIN.",
        "over": "This login page is no longer good. Please go back to online banking and log in again.",
        "bad": "The login was not asked for rightly. Please go back to online banking and log in again.",
        "out": "You are logged out.",
    },
}
STYLE: Final = """body { margin: 0; background: #f4f2ec; color: #16211d;
  font: 1rem/1.55 -apple-system, "Segoe UI", Roboto, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
header { background: #0d4a3c; border-bottom: 3px solid #d9b45b; color: #fff; padding: 1.2rem; text-align: center; }
header p { font: 600 1.15rem/1.25 Georgia, "Songti SC", "Noto Serif CJK SC", serif; margin: 0; }
main { background: #fff; border: 1px solid #dedbd1; border-radius: 10px; box-sizing: border-box;
  margin: 6vh auto 2rem; max-width: 26rem; padding: 1.8rem; width: calc(100% - 2rem); }
h1 { font: 600 1.5rem/1.25 Georgia, "Songti SC", "Noto Serif CJK SC", serif; margin: 0 0 1.2rem; }
label { display: block; font-weight: 600; margin: 1rem 0 .4rem; }
input, button { border-radius: 8px; box-sizing: border-box; font: inherit; min-height: 2.9rem; padding: .4rem .8rem;
  width: 100%; }
input { background: #fff; border: 1px solid #85908a; color: inherit; }
button { background: #0d4a3c; border: 1px solid #0d4a3c; color: #fff; cursor: pointer; font-weight: 600;
  margin-top: 1.6rem; }
button:hover { background: #08362c; }
:focus-visible { outline: 3px solid #1d4c7c; outline-offset: 2px; }
[role="alert"] { background: #fbeae8; border-left: 4px solid #9c2420; border-radius: 6px; margin: 0;
  padding: .7rem 1rem; }
small { color: #53605b; display: block; margin-top: 1.4rem; }
"""


def login_form(login: str, *, english: bool, customer: str = "", mistake: str = "") -> str:
    """``login`` names the wish that it is for; ``mistake`` is said above the fields."""
    texts = _TEXTS[english]
    alert = f'<p role="alert">{escape(mistake)}</p>' if mistake else ""
    return _page(
        english,
        f"<h1>{texts['title']}</h1>{alert}"
        '<form method="post" action="authorize">'
        f'<input type="hidden" name="login" value="{escape(login)}">'
        f'<label for="customer_number">{texts["customer"]}</label>'
        f'<input id="customer_number" name="customer_number" value="{escape(customer)}" required maxlength="32" '
        'autocomplete="username" inputmode="numeric">'
        f'<label for="pin">{texts["pin"]}</label>'
        '<input id="pin" name="pin" type="password" required maxlength="12" autocomplete="current-password" '
        'inputmode="numeric">'
        f'<button type="submit">{texts["submit"]}</button></form><small>{texts["note"]}</small>',
    )


def notice(word: str, *, english: bool) -> str:
    """A page with one sentence: ``over``, ``bad`` or ``out``."""
    return _page(english, f'<h1>{_TEXTS[english]["title"]}</h1><p role="alert">{_TEXTS[english][word]}</p>')


def _page(english: bool, body: str) -> str:
    texts = _TEXTS[english]
    return (
        f'<!doctype html><html lang="{texts["lang"]}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{texts["title"]}</title><link rel="stylesheet" href="style.css"></head>'
        f"<body><header><p>{texts['bank']}</p></header><main>{body}</main></body></html>"
    )
